import { Inject, Injectable } from '@nestjs/common';
import { type GateServer } from '#libs/api';
import { types } from '#libs/kube';
import { Applier } from '../apply/applier.js';
import { type SecretObject } from '../cluster/manifest.js';
import { KeyFactory } from '../keys/key-factory.js';
import { exposureOf } from './exposure.js';
import { type Gathered, ownSecret } from './gather.js';
import {
  base64,
  basedOn,
  needsCertificate,
  presentSessionKey,
  type SecretContent,
  sessionContent,
  signingContent,
} from './material.js';
import { needsKey, signingNeeds } from './rotation.js';
import { urlsOf } from './servers.js';

/** The contents of a gateway's Secrets: what fits is kept, the rest is made. */
export interface Material {
  signing: SecretContent;
  session: SecretContent;
  /** Absent if the operator does not make the certificate. */
  tls?: SecretContent;
}

/** Makes what is secret, where what is there no longer fits. */
@Injectable()
export class MaterialMaker {
  constructor(
    @Inject(Applier) private readonly applier: Pick<Applier, 'live'>,
    private readonly factory: KeyFactory,
  ) {}

  /** @param now milliseconds since the epoch */
  async make(gathered: Gathered, now: number): Promise<Material> {
    const secrets = needsMaking(gathered, now) ? await this.#freshSecrets(gathered) : gathered.secrets;
    const needs = signingNeeds(gathered.server, gathered.lastUse);
    const made = needsKey(secrets.signing, needs, now) ? await this.factory.keyPair() : undefined;
    return {
      signing: signingContent(secrets.signing, needs, made, now),
      session: sessionContent(secrets.session, this.factory),
      ...(wantsCertificate(gathered) ? { tls: await this.#certificate(gathered, secrets.tls, now) } : {}),
    };
  }

  /** Past the watch: a new key in the place of one that is only not seen yet would end every token. */
  async #freshSecrets({ server, names }: Gathered): Promise<Gathered['secrets']> {
    const read = async (name: string) => ownSecret(server, await this.applier.live(server, types.secrets, name));
    return { signing: await read(names.jwtSecret), session: await read(names.session), tls: await read(names.tls) };
  }

  async #certificate({ server }: Gathered, present: SecretObject | undefined, now: number): Promise<SecretContent> {
    const names = hostNames(server);
    if (!needsCertificate(present, names, now)) {
      const { 'tls.crt': cert = '', 'tls.key': key = '', 'ca.crt': ca = '' } = present?.data ?? {};
      const data = { 'tls.crt': cert, 'tls.key': key, ...(ca ? { 'ca.crt': ca } : {}) };
      return { data, ...basedOn(present, false) };
    }
    const { cert, key, ca } = await this.factory.certificate(names);
    const data = { 'tls.crt': base64(cert + ca), 'tls.key': base64(key), 'ca.crt': base64(ca) };
    return { data, ...basedOn(present, true) };
  }
}

/** Does anything secret have to be made? Then it must not be decided by a copy that may be old. */
function needsMaking(gathered: Gathered, now: number): boolean {
  const { secrets, server, lastUse } = gathered;
  return (
    needsKey(secrets.signing, signingNeeds(server, lastUse), now) ||
    presentSessionKey(secrets.session) === undefined ||
    (wantsCertificate(gathered) && needsCertificate(secrets.tls, hostNames(gathered.server), now))
  );
}

function wantsCertificate({ settings }: Gathered): boolean {
  return exposureOf(settings).exposure === 'ingress' && !settings.tls?.['secret-name'] && !settings.tls?.['issuer-ref'];
}

/** Host names under which browsers may come: those that a certificate can hold. */
function hostNames(server: GateServer): string[] {
  const hosts = [server.spec.route, ...urlsOf(server).map((url) => new URL(url).hostname)];
  return [...new Set(hosts)].filter((host) => /[a-z]/.test(host) && !host.startsWith('['));
}
