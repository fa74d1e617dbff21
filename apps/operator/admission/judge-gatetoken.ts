import { isDeepStrictEqual } from 'node:util';
import { Inject, Injectable } from '@nestjs/common';
import { type GateServer, type GateToken } from '#libs/api';
import {
  firstDenied,
  grantOf,
  guestLacks,
  issuerLacks,
  neededOfGuest,
  PolicyError,
  type Right,
  rights,
  startFault,
} from '#libs/policy';
import { Clock } from '#libs/ops';
import { Watches } from '../cluster/watches.js';
import { namesOf } from '../cluster/names.js';
import { serversOf } from '../gateserver/servers.js';
import { Problem } from '../gatetoken/problem.js';
import { reachFault } from '../gatetoken/reach.js';
import { signerOf } from '../gatetoken/signer.js';
import { type AdmissionRequest, type UserInfo, type Verdict } from './review.js';
import { Reviewer } from './reviewer.js';
import { ALLOWED, forbidden, invalid } from './verdicts.js';

type Request = AdmissionRequest<GateToken>;

/** Security row 13: nobody issues what they may not do themselves, nor what the gateway could never serve. */
@Injectable()
export class TokenJudge {
  constructor(
    @Inject(Watches) private readonly watches: Pick<Watches, 'gateServers' | 'secrets'>,
    @Inject(Reviewer) private readonly reviewer: Pick<Reviewer, 'allows'>,
    @Inject(Clock) private readonly clock: Pick<Clock, 'now'>,
  ) {}

  async validate(request: Request, signal?: AbortSignal): Promise<Verdict> {
    return request.operation === 'UPDATE' ? ofUpdate(request) : this.#ofCreate(request, signal);
  }

  async #ofCreate(
    { namespace, userInfo, object: { metadata, spec } }: Request,
    signal?: AbortSignal,
  ): Promise<Verdict> {
    const given = rightsOf(namespace, spec);
    if (!Array.isArray(given)) return given;
    const late = startFault(Date.parse(spec.from ?? ''), this.#created(metadata));
    if (late !== undefined) return invalid(late);
    const missing = await firstDenied(given, (right) => this.reviewer.allows(userInfo, right, signal));
    if (missing) return forbidden(issuerLacks(userInfo.username, missing));
    const server = this.#serverOf({ metadata: { ...metadata, namespace }, spec } as GateToken, namespace);
    if (!server) return ALLOWED;
    const guest = guestOf(server.metadata.name ?? '', namespace);
    const lacking = await firstDenied(neededOfGuest(given, namespace), (right) =>
      this.reviewer.allows(guest, right, signal),
    );
    return lacking ? forbidden(guestLacks(server.metadata.name ?? '', namespace, lacking)) : ALLOWED;
  }

  /** Milliseconds since the epoch. An API server may say the time of creation only in what it stores. */
  #created({ creationTimestamp }: GateToken['metadata']): number {
    return creationTimestamp === undefined ? this.clock.now() : Date.parse(creationTimestamp);
  }

  /** The one that the reconciler will choose, where its guest account has what the spec says; else that says why. */
  #serverOf(token: GateToken, namespace: string): GateServer | undefined {
    const { secrets } = this.watches;
    const secretOf = (name: string) => {
      const secret = secrets.get(name, namespace);
      return secret && { metadata: secret.metadata };
    };
    try {
      const { server } = signerOf(token, serversOf(this.watches, namespace), secretOf);
      const { metadata, status } = server;
      return status?.['observed-generation'] === metadata.generation ? server : undefined;
    } catch (error) {
      if (error instanceof Problem) return undefined;
      throw error;
    }
  }
}

/** Revoking asks for nothing. */
function ofUpdate({ object, oldObject }: Request): Verdict {
  const isSame = isDeepStrictEqual(object.spec.issuer, oldObject?.spec.issuer);
  return isSame ? ALLOWED : invalid('spec.issuer is immutable: create a new GateToken');
}

/** The rights that a grant gives, or why there can be no such grant. */
function rightsOf(namespace: string, spec: GateToken['spec']): Right[] | Verdict {
  try {
    const grant = grantOf(namespace, spec);
    const fault = reachFault(grant.urls);
    return fault === undefined ? rights(grant) : forbidden(fault);
  } catch (error) {
    if (error instanceof PolicyError) return invalid(`spec.${error.message}`);
    throw error;
  }
}

/** The account of guests' requests, as the API server knows it. */
function guestOf(server: string, namespace: string): UserInfo {
  return {
    username: `system:serviceaccount:${namespace}:${namesOf(server).guest}`,
    groups: ['system:serviceaccounts', `system:serviceaccounts:${namespace}`, 'system:authenticated'],
  };
}
