import { type AuditWho } from '#libs/ops';
import { labelOf } from '../grants/active-grant.js';
import { type Presented } from '../grants/grant-reader.js';
import { type SignedIn } from '../sign-in/signed-in-users.js';

/** Who a request goes upstream for. */
export type Credential =
  { readonly kind: 'grant'; readonly presented: Presented } | { readonly kind: 'user'; readonly user: SignedIn };

/** @returns a name for records, never a token */
export function describe(credential: Credential): string {
  if (credential.kind === 'user') return `user ${credential.user.username}`;
  return `token ${labelOf(credential.presented.grant)}`;
}

/** @returns who it is, for the audit log */
export function auditWho(credential: Credential): AuditWho {
  if (credential.kind === 'user') return { user: credential.user.username };
  return { grant: labelOf(credential.presented.grant) };
}
