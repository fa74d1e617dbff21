/** One stroke of a terminal's keyboard. */
export type Key = { char: string } | { control: string } | { name: 'enter' | 'backspace' | 'ignored' };

const NAMED: Readonly<Record<string, Key>> = {
  '\r': { name: 'enter' },
  '\n': { name: 'enter' },
  '\b': { name: 'backspace' },
  '\x7f': { name: 'backspace' },
};

/** A CSI or SS3 sequence after its escape, as it grows; it ends with a letter or a tilde. */
const UNFINISHED = /^(?:[[O][\d;]{0,9})?$/;

/** Turns the bytes of a terminal, already text, into keys; a sequence may come in parts. */
export class KeyDecoder {
  #sequence = '';
  #previous = '';

  decode(text: string): Key[] {
    return Array.from(text).flatMap((char) => this.#step(char) ?? []);
  }

  #step(char: string): Key | undefined {
    const previous = this.#previous;
    this.#previous = char;
    // Return and line feed together are one key.
    if (char === '\n' && previous === '\r') return undefined;
    const stroke = this.#sequence + char;
    this.#sequence = stroke.startsWith('\x1b') && UNFINISHED.test(stroke.slice(1)) ? stroke : '';
    if (this.#sequence !== '') return undefined;
    if (stroke.length > 1) return { name: 'ignored' };
    return NAMED[char] ?? (char < ' ' ? { control: String.fromCharCode(char.charCodeAt(0) + 0x40) } : { char });
  }
}
