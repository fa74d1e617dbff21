/** One stroke of a terminal's keyboard. */
export type Key = { char: string } | { control: string } | { name: NamedKey };

export type NamedKey =
  'enter' | 'tab' | 'backspace' | 'delete' | 'left' | 'right' | 'up' | 'down' | 'home' | 'end' | 'ignored';

const NAMED: Readonly<Record<string, NamedKey>> = {
  '\r': 'enter',
  '\n': 'enter',
  '\t': 'tab',
  '\b': 'backspace',
  '\x7f': 'backspace',
};

/** CSI and SS3 sequences by their end. */
const SEQUENCES: Readonly<Record<string, NamedKey>> = {
  A: 'up',
  B: 'down',
  C: 'right',
  D: 'left',
  H: 'home',
  F: 'end',
  '1~': 'home',
  '3~': 'delete',
  '4~': 'end',
  '7~': 'home',
  '8~': 'end',
};

/** Turns the bytes of a terminal, already text, into keys; a sequence may come in parts. */
export class KeyDecoder {
  #sequence = '';
  #after = '';

  decode(text: string): Key[] {
    return Array.from(text).flatMap((char) => this.#step(char) ?? []);
  }

  #step(char: string): Key | undefined {
    if (this.#sequence !== '') return this.#continue(char);
    const previous = this.#after;
    this.#after = char;
    if (char === '\x1b') {
      this.#sequence = char;
      return undefined;
    }
    // Return and line feed together are one key.
    if (char === '\n' && previous === '\r') return undefined;
    const name = NAMED[char];
    if (name !== undefined) return { name };
    if (char < ' ') return { control: String.fromCharCode(char.charCodeAt(0) + 0x40) };
    return { char };
  }

  #continue(char: string): Key | undefined {
    this.#sequence += char;
    const body = this.#sequence.slice(2);
    if (this.#sequence.length === 2 && (char === '[' || char === 'O')) return undefined;
    if (this.#sequence.length > 2 && this.#sequence.length < 12 && /^[\d;]$/.test(char)) return undefined;
    this.#sequence = '';
    return { name: SEQUENCES[body] ?? SEQUENCES[body.slice(-1)] ?? 'ignored' };
  }
}
