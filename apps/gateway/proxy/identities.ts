import { type GuestCredential } from './guest-credential.js';
import { type Credential } from './pipeline.js';

/** @returns the bearer token under which a credential's requests go upstream */
export async function upstreamToken(credential: Credential, guests: GuestCredential): Promise<string> {
  return credential.kind === 'user' ? credential.user.token() : guests.token();
}

/** @returns who it is, for logs and records: never a token */
export function describe(credential: Credential): string {
  if (credential.kind === 'user') return `user ${credential.user.username}`;
  const { grant } = credential.presented;
  return `token ${grant.registered ? `${grant.namespace}/${grant.name}` : grant.uid}`;
}
