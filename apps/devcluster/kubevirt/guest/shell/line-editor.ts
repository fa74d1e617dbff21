import { type Key } from './keys.js';

/** Longer lines are refused with a bell: no pasted book fills the memory. */
const MAX_LINE = 1000;
/** Escape sequences of colours. Written without a literal escape, which has no place in a pattern. */
const COLOURS = new RegExp(`${String.fromCharCode(27)}\\[[\\d;]*m`, 'g');

/** What a key led to, where it is more than an edit. */
export type EditResult = { line: string } | { interrupt: true } | { clear: true } | undefined;

/** One line of input on a terminal of fixed width, echoed, edited at its end. */
export class LineEditor {
  text = '';
  #prompt = '';

  constructor(
    private readonly columns: number,
    private readonly write: (text: string) => void,
  ) {}

  /** Begins a new line. `prompt` may hold colours. */
  begin(prompt: string): void {
    this.text = '';
    this.#prompt = prompt;
    this.show();
  }

  /** Shows prompt and line again, where the terminal stands at the start of an empty line. */
  show(): void {
    this.write(this.#prompt + this.text + this.#wrap());
  }

  key(key: Key): EditResult {
    if ('char' in key) return this.#insert(key.char);
    if ('control' in key) return this.#control(key.control);
    if (key.name === 'enter') return this.#submit();
    if (key.name === 'backspace') this.#backspace();
    return undefined;
  }

  #control(letter: string): EditResult {
    if (letter === 'L') return { clear: true };
    if (letter === 'U') this.#replace('');
    if (letter !== 'C') return undefined;
    this.write('^C\r\n');
    return { interrupt: true };
  }

  #insert(char: string): undefined {
    if (this.text.length >= MAX_LINE) return void this.write('\x07');
    this.text += char;
    this.write(char + this.#wrap());
  }

  #backspace(): void {
    if (this.text === '') this.write('\x07');
    else this.#replace(this.text.slice(0, -1));
  }

  #submit(): EditResult {
    this.write('\r\n');
    return { line: this.text };
  }

  /** Draws everything from the prompt on again; the terminal's cursor stands at the end of the old line. */
  #replace(text: string): void {
    const up = Math.floor(this.#length() / this.columns);
    this.text = text;
    this.write(`\r${up > 0 ? `\x1b[${up}A` : ''}\x1b[J`);
    this.show();
  }

  /** Of prompt and line as they are shown. */
  #length(): number {
    return this.#prompt.replace(COLOURS, '').length + this.text.length;
  }

  /** At the right edge a terminal waits with the wrap until the next character: force it, so that rows can be counted. */
  #wrap(): string {
    return this.#length() % this.columns === 0 ? ' \r' : '';
  }
}
