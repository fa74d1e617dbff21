import { type Presented } from '../grants/grant-reader.js';
import { type SignedIn } from '../sign-in/signed-in-users.js';

/** Who a request goes upstream for. */
export type Credential =
  { readonly kind: 'grant'; readonly presented: Presented } | { readonly kind: 'user'; readonly user: SignedIn };

/** @returns a name for logs and records, never a token */
export function describe(credential: Credential): string {
  if (credential.kind === 'user') return `user ${credential.user.username}`;
  const { grant } = credential.presented;
  return `token ${grant.registered ? `${grant.namespace}/${grant.name}` : grant.uid}`;
}
