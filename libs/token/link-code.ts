import { createHash, randomBytes } from 'node:crypto';

const CODE = /^[\w-]{22,128}$/;

/** A random code of 144 bits, base64url: what a link's fragment holds. */
export function newCode(random: (size: number) => Buffer = randomBytes): string {
  return random(18).toString('base64url');
}

/** Whether this can be a link code: made by newCode, or by a user's script with at least 128 bits. */
export function isCode(text: unknown): text is string {
  return typeof text === 'string' && CODE.test(text);
}

/** `spec.link-hash` of a code: base64url SHA-256, 43 characters. */
export function linkHash(code: string): string {
  return createHash('sha256').update(code).digest('base64url');
}
