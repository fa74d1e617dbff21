/** What chats, mail and terminals put between characters, and nobody sees: zero-width spaces, marks of direction, soft hyphens. */
const INVISIBLE = /[\ufe0e\ufe0f\u00ad\u200b-\u200f\u2028-\u202e\u2060-\u2064\ufeff]/g;

/**
 * Blanks, quotes, brackets and the punctuation of a sentence, in every script: no link code, token or name begins or
 * ends with them. Written as what they are not.
 */
const AROUND = '[^\\p{L}\\p{N}\\p{M}#$%&+/=@^_~-]+';
const BEFORE = new RegExp(`^${AROUND}`, 'u');
const BEHIND = new RegExp(`${AROUND}$`, 'u');

/** @returns a code, a token or a name without what a person copied with it */
export function bare(text: string): string {
  return withoutTail(text).replace(BEFORE, '');
}

/** @returns a text without what a chat took for its end */
export function withoutTail(text: string): string {
  return text.replace(INVISIBLE, '').replace(BEHIND, '');
}

/**
 * The code of a link from its fragment. It ends at the first character that no code has: chats take the full stop or the
 * bracket behind a link for a part of it.
 * @param hash with or without `#`
 * @returns empty if there is none
 */
export function readLinkCode(hash: string): string {
  return /[\w-]+/.exec(bare(decoded(hash)))?.[0] ?? '';
}

/** @returns a text with its percent-encoded characters; what is no character, such as a lone `%`, stays */
export function decoded(text: string): string {
  return text.replace(/(?:%[\da-f]{2})+/gi, (bytes) => {
    try {
      return decodeURIComponent(bytes);
    } catch {
      return bytes;
    }
  });
}
