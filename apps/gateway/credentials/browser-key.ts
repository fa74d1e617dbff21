import { createHash } from 'node:crypto';
import { type Credential } from './credential.js';

/**
 * Tells the browsers of one grant, or of one sign-in, apart, where everybody may read it: it cannot be turned back into
 * what the browser's cookie holds.
 * @returns undefined for a bare JWT, which everybody who holds it shares
 */
export function browserKey(credential: Credential): string | undefined {
  const own = credential.kind === 'user' ? credential.user.session : credential.presented.browser;
  if (own === undefined) return undefined;
  const scope = credential.kind === 'user' ? 'user' : credential.presented.grant.uid;
  return createHash('sha256').update(`${scope}/${own}`).digest('base64url').slice(0, 32);
}
