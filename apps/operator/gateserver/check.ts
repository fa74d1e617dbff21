import { ENFORCED, type GateServer, gateServerDefaults, isAddress, KEY_ROTATION_LEAST } from '#libs/api';
import { isLoopback } from '#libs/kube';
import { parseDuration } from '#libs/token';
import { perVersion } from '../cluster/per-version.js';
import { exposureOf } from './exposure.js';
import { NAME } from './names.js';

/**
 * Why nothing may be made of a GateServer. `NotEnforced`: it would be wider than written. `RouteTaken`: its host name
 * belongs to another one. `NameTaken`: its objects would have the names of another one's.
 */
export interface Fault {
  reason: 'InvalidSpec' | 'NotEnforced' | 'RouteTaken' | 'NameTaken' | 'HostNotAllowed';
  message: string;
}

/** What is wrong with a GateServer so that nothing may be made of it, or undefined: asked for each new GateToken, too. */
export const faultOf = perVersion(readFault);

function readFault({ metadata, spec }: GateServer): Fault | undefined {
  const settings = gateServerDefaults(spec);
  const invalid = nameFault(metadata.name) ?? hostFault(settings) ?? urlFault(settings) ?? durationFault(settings);
  if (invalid !== undefined) return { reason: 'InvalidSpec', message: invalid };
  const wider = enforcedFault(settings);
  return wider === undefined ? undefined : { reason: 'NotEnforced', message: wider };
}

function nameFault(name = ''): string | undefined {
  if (NAME.test(name)) return undefined;
  return 'metadata.name: use at most 52 lowercase letters, digits and "-", starting with a letter and not ending with "-".';
}

/** The schema says so too, but a stored object may be older: an Ingress with an address for its host is refused. */
function hostFault({ route }: Settings): string | undefined {
  if (!isAddress(route)) return undefined;
  return `spec.route is ${route}, an IP address: use a DNS name such as gate.example.com.`;
}

function urlFault(settings: Settings): string | undefined {
  const api = parseUrl(settings['api-url']);
  if (!api || (api.protocol === 'http:' && !isLoopback(api.hostname))) {
    return `spec.api-url is ${settings['api-url']}: use an https:// URL (http:// only for loopback).`;
  }
  const url = settings['public-urls'].find((text) => !parseUrl(text));
  return url === undefined
    ? undefined
    : `spec.public-urls: ${url} is not a valid URL: check its host and port, as in https://gate.example.com:8443.`;
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
      if (parseDuration(settings[field]) < 0) return `spec.${field} is negative: use 0s or more.`;
    } catch (error) {
      return `spec.${field}: ${error instanceof Error ? error.message : String(error)}`;
    }
  }
  // The schema says so too, but a stored object may be older: a key that is due immediately would be replaced without end.
  const rotation = settings['key-rotation'];
  const isShort = parseDuration(rotation) < parseDuration(KEY_ROTATION_LEAST);
  return isShort ? `spec.key-rotation is ${rotation}: use at least ${KEY_ROTATION_LEAST}.` : undefined;
}

/** Never wider than written. */
function enforcedFault(settings: Settings): string | undefined {
  const asked = {
    'idle-timeout': parseDuration(settings['idle-timeout']) > 0,
    'max-consoles': true,
    'issuer-recheck': parseDuration(settings['issuer-recheck']) > 0,
  };
  const field = (Object.keys(asked) as (keyof typeof asked)[]).find(
    (name) => asked[name] && !ENFORCED.gateserver.has(name),
  );
  return field && `spec.${field} is ${settings[field]}, which this release does not enforce yet: remove it.`;
}

/**
 * A web application is fetched from inside the cluster and shown to anyone: its host must be one that the operator's
 * administrator allows (docs/decisions/0008).
 * @param allowed `WEB_APP_HOSTS`
 */
export function webAppFault({ spec }: GateServer, allowed: readonly string[]): Fault | undefined {
  const url = spec['web-app'];
  if (isAllowed(url, allowed)) return undefined;
  const message = `spec.web-app: the host ${hostOf(url)} is not allowed on this cluster. Remove the field, or ask the administrator of the operator to add the host to WEB_APP_HOSTS.`;
  return { reason: 'HostNotAllowed', message };
}

/** @param url of a web application; where there is none, none is fetched */
export function isAllowed(url: string | undefined, allowed: readonly string[]): boolean {
  return url === undefined || allowed.some((pattern) => isOf(pattern, hostOf(url)));
}

const hostOf = (url = '') => parseUrl(url)?.hostname ?? '';

function isOf(pattern: string, host: string): boolean {
  if (host === '') return false;
  return pattern === '*' || pattern === host || (pattern.startsWith('*.') && host.endsWith(pattern.slice(1)));
}

/** Fields of the spec that are not in effect, a sentence for each reason. */
export interface NotInEffect {
  /** Fields that the author set and no gateway of this release acts on. */
  later: string[];
  /** Fields that the author set and that need an Ingress. */
  withoutIngress: string[];
}

export function notInEffect({ spec }: GateServer): NotInEffect {
  const settings = gateServerDefaults(spec);
  const given = (fields: readonly (keyof typeof spec)[]) =>
    fields.filter((field) => spec[field] !== undefined).map((field) => `spec.${field}`);
  const later = given(['oidc', 'gateway-ref']);
  const ingress = exposureOf(settings).exposure === 'ingress' ? [] : given(['tls', 'ingress-class']);
  return {
    later:
      later.length === 0
        ? []
        : [`Not in effect in this release: ${later.join(', ')}. Remove ${later.length === 1 ? 'it' : 'them'}.`],
    withoutIngress:
      ingress.length === 0
        ? []
        : [
            `Not in effect without an Ingress: ${ingress.join(', ')}. Remove ${ingress.length === 1 ? 'it' : 'them'}, or set spec.expose to ingress.`,
          ],
  };
}

function parseUrl(text: string): URL | undefined {
  return URL.parse(text) ?? undefined;
}
