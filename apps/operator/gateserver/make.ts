import { type GateServer } from '#libs/api';
import { kidOf, parseDuration } from '#libs/token';
import { type SecretObject } from '../cluster/manifest.js';
import { type Factory } from '../keys/factory.js';
import { exposureOf } from './exposure.js';
import { type Gathered } from './gather.js';
import {
  base64,
  needsCertificate,
  needsKey,
  presentSessionKey,
  type SecretContent,
  sessionContent,
  signingContent,
  type SigningNeeds,
} from './material.js';
import { urlsOf } from './servers.js';

/** The contents of a gateway's Secrets: what fits is kept, the rest is made. */
export interface Material {
  signing: SecretContent;
  session: SecretContent;
  /** Absent where the certificate is somebody else's business. */
  tls?: SecretContent;
}

/** Does anything secret have to be made? Then it must not be decided by a copy that may be old. */
export function needsMaking(gathered: Gathered, now: number): boolean {
  const { secrets } = gathered;
  return (
    needsKey(secrets.signing, signingNeeds(gathered), now) ||
    presentSessionKey(secrets.session) === undefined ||
    (wantsCertificate(gathered) && needsCertificate(secrets.tls, hostNames(gathered.server), now))
  );
}

export async function makeMaterial(gathered: Gathered, factory: Factory, now: number): Promise<Material> {
  const { signing, session, tls } = gathered.secrets;
  const needs = signingNeeds(gathered);
  const made = needsKey(signing, needs, now) ? await factory.keyPair() : undefined;
  return {
    signing: signingContent(signing, needs, made, now),
    session: sessionContent(session, factory),
    ...(wantsCertificate(gathered) ? { tls: await certificate(gathered, tls, factory, now) } : {}),
  };
}

export function signingNeeds({ settings, tokens }: Pick<Gathered, 'settings' | 'tokens'>): SigningNeeds {
  const lastUse = new Map<string, number>();
  for (const { status } of tokens) {
    const kid = kidOf(status?.token ?? '');
    if (kid !== undefined) lastUse.set(kid, Math.max(lastUse.get(kid) ?? 0, status?.data?.exp ?? 0));
  }
  const rotationMs = parseDuration(settings['key-rotation']);
  return { rotationMs, maxDurationMs: parseDuration(settings['max-duration']), lastUse };
}

function wantsCertificate({ settings }: Gathered): boolean {
  return exposureOf(settings).exposure === 'ingress' && !settings.tls?.['secret-name'] && !settings.tls?.['issuer-ref'];
}

/** Host names under which browsers may come: those that a certificate can hold. */
function hostNames(server: GateServer): string[] {
  const hosts = [server.spec.route, ...urlsOf(server).map((url) => new URL(url).hostname)];
  return [...new Set(hosts)].filter((host) => /[a-z]/.test(host) && !host.startsWith('['));
}

async function certificate(
  { server }: Gathered,
  present: SecretObject | undefined,
  factory: Factory,
  now: number,
): Promise<SecretContent> {
  const names = hostNames(server);
  if (!needsCertificate(present, names, now)) {
    const { 'tls.crt': cert = '', 'tls.key': key = '', 'ca.crt': ca = '' } = present?.data ?? {};
    return { data: { 'tls.crt': cert, 'tls.key': key, ...(ca ? { 'ca.crt': ca } : {}) } };
  }
  const { cert, key, ca } = await factory.certificate(names);
  return { data: { 'tls.crt': base64(cert + ca), 'tls.key': base64(key), 'ca.crt': base64(ca) } };
}
