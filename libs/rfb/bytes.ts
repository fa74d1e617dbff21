/** Big-endian readers over a view that a Steps generator was resumed with. */
export const u8 = (bytes: Uint8Array, at: number): number => bytes[at] ?? 0;
export const u16 = (bytes: Uint8Array, at: number): number => (u8(bytes, at) << 8) | u8(bytes, at + 1);
export const i32 = (bytes: Uint8Array, at: number): number => (u16(bytes, at) << 16) | u16(bytes, at + 2);
export const u32 = (bytes: Uint8Array, at: number): number => i32(bytes, at) >>> 0;

export function concat(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

const latin1Decoder = new TextDecoder('latin1');

/** ISO 8859-1, the character set of cut text in RFC 6143. (TextDecoder's latin1 is windows-1252: 0x80 to 0x9f differ.) */
export function latin1(bytes: Uint8Array): string {
  return bytes.some((byte) => byte >= 0x80 && byte < 0xa0)
    ? Array.from(bytes, (byte) => String.fromCharCode(byte)).join('')
    : latin1Decoder.decode(bytes);
}

/** Characters outside of ISO 8859-1 become question marks. */
export function toLatin1(text: string): Uint8Array {
  return Uint8Array.from(text, (char) => {
    const code = char.codePointAt(0) ?? 0;
    return code > 255 ? 0x3f : code;
  });
}

/** Growing big-endian bytes: one message, or several. */
export class Writer {
  #bytes = new Uint8Array(64);
  #length = 0;

  /** @returns where the next bytes go */
  #room(size: number): number {
    const at = this.#length;
    this.#length += size;
    if (this.#length > this.#bytes.length) {
      const grown = new Uint8Array(this.#length * 2);
      grown.set(this.#bytes);
      this.#bytes = grown;
    }
    return at;
  }

  u8(...values: number[]): this {
    let at = this.#room(values.length);
    for (const value of values) this.#bytes[at++] = value;
    return this;
  }

  u16(...values: number[]): this {
    let at = this.#room(values.length * 2);
    for (const value of values) {
      this.#bytes[at++] = value >> 8;
      this.#bytes[at++] = value;
    }
    return this;
  }

  /** Signed or not: the same bytes. */
  u32(...values: number[]): this {
    return this.u32s(values);
  }

  u32s(values: readonly number[]): this {
    let at = this.#room(values.length * 4);
    for (const value of values) {
      this.#bytes[at++] = value >> 24;
      this.#bytes[at++] = value >> 16;
      this.#bytes[at++] = value >> 8;
      this.#bytes[at++] = value;
    }
    return this;
  }

  raw(bytes: Uint8Array): this {
    const at = this.#room(bytes.length);
    this.#bytes.set(bytes, at);
    return this;
  }

  done(): Uint8Array {
    return this.#bytes.subarray(0, this.#length);
  }
}
