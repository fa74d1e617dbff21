import { createHash } from 'node:crypto';

/** Long enough to be of use to whoever reads it, and not to be met by chance. */
const PIECE = 20;
const SHORTEST = 16;
const WORD = /[\w-]{16,}/g;

/** What gives access whatever its value; what the programs mask themselves reads `[secret]`. */
const SHAPES: readonly (readonly [string, RegExp])[] = [
  ['a JWT or a sign-in cookie', /eyJ[\w-]{5,}\.[\w-]*\.[\w-]*/],
  ['the cookie of a grant', /[0-9a-f-]{36}\.\d{9,12}\.[\w-]{16,}/],
  ['a cookie', /kg-[\w-]+=(?!\[secret\])[^;\s"'\\]{8,}/],
  ['a bearer token', /Bearer(?:\s|%20|\+)+[\w.~+/-]{16,}/i],
  ['a bearer subprotocol', /bearer\.authorization\.k8s\.io\.[\w-]{8,}/i],
  ['an OpenShift token', /sha256~[\w-]{8,}/],
  ['a private key', /-----BEGIN [A-Z ]*PRIVATE KEY-----/],
];

/** The cookie of a grant that came as a JWT names the key that signed it (`UID.exp.nonce.KID.HMAC`), which is public. */
const KEY_ID = /(?<=^[\w-]{36}\.\d+\.[\w-]+)\.[\w-]{43}(?=\.[\w-]{43}$)/;

/** A credential in a text. */
export interface Leak {
  /** Which one: `the token of dev`. */
  readonly what: string;
  /** The text with the credential masked. */
  readonly masked: string;
}

/**
 * Finds credentials in texts: what looks like one, the values that were used, parts of them included, and codes of links,
 * which the cluster knows only by their hashes.
 */
export class Credentials {
  readonly #pieces = new Map<string, string>();
  readonly #short = new Map<string, string>();
  readonly #hashes = new Map<string, string>();
  readonly #codes = new Map<string, string | undefined>();

  /** Values, or parts of values, that are looked for. */
  get size(): number {
    return this.#pieces.size + this.#short.size + this.#hashes.size;
  }

  /** @param value a secret text. The head of a JWT tells nothing and is not looked for */
  add(what: string, value: string): void {
    const parts = value.replace(KEY_ID, '').split('.');
    const telling = value.startsWith('eyJ') && parts.length > 2 ? parts.slice(1) : parts;
    for (const word of telling.flatMap((part) => part.match(WORD) ?? [])) {
      if (/^[0-9a-f]{8}-[0-9a-f-]{27}$|^\d+$/.test(word)) continue;
      const pieces = word.match(new RegExp(`.{${PIECE}}`, 'g'));
      if (pieces === null) this.#short.set(word, what);
      for (const piece of pieces ?? []) this.#pieces.set(piece, what);
    }
  }

  /** @param value secret bytes: looked for as base64, base64url and hexadecimal digits; as text, if they are text */
  addBytes(what: string, value: Buffer): void {
    if (value.length < SHORTEST) return;
    const asText = value.toString('utf8');
    if (Buffer.from(asText).equals(value)) this.add(what, asText.replace(/-----(BEGIN|END) [A-Z ]+-----/g, ''));
    for (const encoding of ['base64', 'base64url', 'hex'] as const) this.add(what, value.toString(encoding));
  }

  /** @param hash `spec.link-hash` of a GateToken */
  addLinkHash(what: string, hash: string): void {
    this.#hashes.set(hash, what);
  }

  /** @returns the first credential in a line; undefined if it has none */
  findIn(line: string): Leak | undefined {
    for (const [what, shape] of SHAPES) {
      const found = shape.exec(line);
      if (found !== null) return { what, masked: mask(line, found[0]) };
    }
    for (const [word] of line.matchAll(WORD)) {
      const what = this.#short.get(word) ?? this.#codeOf(word) ?? this.#pieceOf(word);
      if (what !== undefined) return { what, masked: mask(line, word) };
    }
    return undefined;
  }

  #pieceOf(word: string): string | undefined {
    for (let at = 0; at + PIECE <= word.length; at++) {
      const what = this.#pieces.get(word.slice(at, at + PIECE));
      if (what !== undefined) return what;
    }
    return undefined;
  }

  /** The same words come in many lines: each is hashed once. */
  #codeOf(word: string): string | undefined {
    if (!this.#codes.has(word)) {
      this.#codes.set(word, this.#hashes.get(createHash('sha256').update(word).digest('base64url')));
    }
    return this.#codes.get(word);
  }
}

const mask = (line: string, credential: string): string =>
  line.replaceAll(credential, `${credential.slice(0, 4)}[masked, ${credential.length} characters]`);
