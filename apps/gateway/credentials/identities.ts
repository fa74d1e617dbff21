import { Injectable } from '@nestjs/common';
import { Clock } from '#libs/ops';
import { type ApiRequest } from '#libs/policy';
import { type GrantEnd, GrantEnds } from '../grants/grant-ends.js';
import { Usage } from '../grants/usage.js';
import { IssuerRights, type IssuerEnd } from '../issuers/issuer-rights.js';
import { type Credential } from './credential.js';
import { GuestCredential } from './guest-credential.js';
import { onSignInEnd } from './sign-in-end.js';

/** Why what a credential opened ends. */
export type CredentialEnd = GrantEnd | IssuerEnd;

/** As whom a request goes upstream. */
export interface UpstreamIdentity {
  /** The bearer token: the user's own, or that of the guest account. */
  readonly token: string;
  readonly clientAddress: string;
}

/** Which token a credential's requests go upstream with, and until when. */
@Injectable()
export class Identities {
  constructor(
    private readonly guests: GuestCredential,
    private readonly ends: GrantEnds,
    private readonly issuers: IssuerRights,
    private readonly usage: Usage,
    private readonly clock: Clock,
  ) {}

  /** @throws Refusal 503 if the guest account has no token */
  token(credential: Credential): string | Promise<string> {
    return credential.kind === 'user' ? credential.user.token() : this.guests.token();
  }

  /** The answer was 401: orders a new token for guests. */
  refused(credential: Credential, token: string): void {
    if (credential.kind === 'grant') this.guests.reject(token);
  }

  /** A request was made by it. */
  used(credential: Credential): void {
    if (credential.kind === 'grant') this.usage.used(credential.presented.grant);
  }

  /**
   * Calls `onEnd` when the credential that a request came with ends, or its issuer loses what the request needs, for what
   * goes on after it: a console, a watch, a followed log, any other upgrade.
   * @returns stops watching
   */
  onEnd(credential: Credential, request: ApiRequest, onEnd: (end: CredentialEnd) => void): () => void {
    if (credential.kind === 'user') return onSignInEnd(credential.user, this.clock, () => onEnd('expired'));
    const { grant } = credential.presented;
    const stops = [this.ends.watch(grant, onEnd), this.issuers.watch(grant, request, onEnd)];
    return () => stops.forEach((stop) => stop());
  }
}

/** @returns the headers that tell the API server who asks, and from where */
export function identityHeaders({ token, clientAddress }: UpstreamIdentity): Record<string, string> {
  return { authorization: `Bearer ${token}`, 'x-forwarded-for': clientAddress };
}
