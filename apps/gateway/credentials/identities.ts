import { type Credential } from './credential.js';
import { type GuestCredential } from './guest-credential.js';

/** As whom a request goes upstream. */
export interface UpstreamIdentity {
  /** The bearer token: the user's own, or that of the guest account. */
  readonly token: string;
  readonly clientAddress: string;
}

/** @returns the bearer token under which a credential's requests go upstream */
export async function upstreamToken(credential: Credential, guests: GuestCredential): Promise<string> {
  return credential.kind === 'user' ? credential.user.token() : guests.token();
}

/** @returns the headers that tell the API server who asks, and from where */
export function identityHeaders({ token, clientAddress }: UpstreamIdentity): Record<string, string> {
  return { authorization: `Bearer ${token}`, 'x-forwarded-for': clientAddress };
}
