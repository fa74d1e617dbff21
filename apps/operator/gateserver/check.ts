import { ENFORCED, type GateServer, gateServerDefaults, KEY_ROTATION_LEAST } from '#libs/api';
import { isLoopback } from '#libs/kube';
import { parseDuration } from '#libs/token';
import { NAME } from './names.js';

/** What is wrong with a GateServer so that nothing may be made of it: a sentence, or undefined. */
export function faultOf({ metadata, spec }: GateServer): string | undefined {
  const settings = gateServerDefaults(spec);
  if (!NAME.test(metadata.name ?? '')) {
    return 'metadata.name: a GateServer needs a name of at most 52 lower case letters, digits and "-", with a letter first.';
  }
  const api = parseUrl(settings['api-url']);
  if (!api || (api.protocol === 'http:' && !isLoopback(api.hostname))) {
    return `spec.api-url is ${settings['api-url']}: use an https:// URL (http:// only for loopback).`;
  }
  const url = settings['public-urls'].find((text) => !parseUrl(text));
  if (url !== undefined) return `spec.public-urls: ${url} is no URL.`;
  return durationFault(settings) ?? enforcedFault(settings);
}

type Settings = ReturnType<typeof gateServerDefaults>;

const DURATIONS = [
  'issuer-recheck',
  'key-rotation',
  'max-duration',
  'idle-timeout',
  'drain-time',
  'token-retention',
] as const;

function durationFault(settings: Settings): string | undefined {
  for (const field of DURATIONS) {
    try {
      if (parseDuration(settings[field]) < 0) return `spec.${field} is negative.`;
    } catch (error) {
      return `spec.${field}: ${error instanceof Error ? error.message : String(error)}`;
    }
  }
  // The schema says so too, but a stored object may be older: a key that is old at once is made anew without end.
  const rotation = settings['key-rotation'];
  const isShort = parseDuration(rotation) < parseDuration(KEY_ROTATION_LEAST);
  return isShort ? `spec.key-rotation is ${rotation}: at least ${KEY_ROTATION_LEAST}.` : undefined;
}

/** Never wider than written. */
function enforcedFault(settings: Settings): string | undefined {
  const asked = { 'idle-timeout': parseDuration(settings['idle-timeout']) > 0, 'max-consoles': true };
  const field = (Object.keys(asked) as (keyof typeof asked)[]).find(
    (name) => asked[name] && !ENFORCED.gateserver.has(name),
  );
  return field && `spec.${field} is not enforced by this release yet: leave it out.`;
}

/** Fields that were given and that this release does not act on. */
export function unacted({ spec }: GateServer): string[] {
  const recheck = parseDuration(gateServerDefaults(spec)['issuer-recheck']) > 0;
  return [
    ...(spec.oidc ? ['spec.oidc'] : []),
    ...(spec['gateway-ref'] ? ['spec.gateway-ref'] : []),
    ...(recheck && !ENFORCED.gateserver.has('issuer-recheck') ? ['spec.issuer-recheck'] : []),
  ];
}

function parseUrl(text: string): URL | undefined {
  return URL.parse(text) ?? undefined;
}
