import { type Key } from './keys.js';

/** Longer lines are refused with a bell: no pasted book fills the memory. */
const MAX_LINE = 1000;
const MAX_HISTORY = 100;
/** Escape sequences of colours. Written without a literal escape, which has no place in a pattern. */
const COLOURS = new RegExp(`${String.fromCharCode(27)}\\[[\\d;]*m`, 'g');

/** What a key led to, where it is more than an edit. */
export type EditResult = { line: string } | { interrupt: true } | { clear: true } | { end: true } | undefined;

type Edit = (editor: LineEditor) => void;

const NAMED_EDITS: Readonly<Record<string, Edit>> = {
  backspace: (editor) => editor.remove(editor.cursor - 1, editor.cursor),
  delete: (editor) => editor.remove(editor.cursor, editor.cursor + 1),
  left: (editor) => editor.move(editor.cursor - 1),
  right: (editor) => editor.move(editor.cursor + 1),
  home: (editor) => editor.move(0),
  end: (editor) => editor.move(editor.text.length),
  up: (editor) => editor.recall(-1),
  down: (editor) => editor.recall(1),
};

const CONTROL_EDITS: Readonly<Record<string, Edit | undefined>> = {
  A: NAMED_EDITS['home'],
  B: NAMED_EDITS['left'],
  E: NAMED_EDITS['end'],
  F: NAMED_EDITS['right'],
  H: NAMED_EDITS['backspace'],
  N: NAMED_EDITS['down'],
  P: NAMED_EDITS['up'],
  K: (editor) => editor.remove(editor.cursor, editor.text.length),
  U: (editor) => editor.remove(0, editor.cursor),
  W: (editor) => editor.remove(editor.wordStart(), editor.cursor),
};

/** One line of input on a terminal of fixed width, echoed, with history. */
export class LineEditor {
  text = '';
  cursor = 0;
  readonly history: string[] = [];
  #prompt = '';
  /** Length of the prompt as it is shown. */
  #promptLength = 0;
  /** Place in the history; its length is the line that is being written. */
  #place = 0;
  #draft = '';

  constructor(
    private readonly columns: number,
    private readonly write: (text: string) => void,
  ) {}

  /** Begins a new line. `prompt` may hold colours. */
  begin(prompt: string): void {
    this.text = '';
    this.cursor = 0;
    this.#place = this.history.length;
    this.#prompt = prompt;
    this.#promptLength = prompt.replace(COLOURS, '').length;
    this.write(prompt);
  }

  /** Shows prompt and line again, where the terminal stands at the start of an empty line. */
  show(): void {
    this.write(this.#prompt + this.text);
    this.#settle(this.text.length, this.cursor);
  }

  key(key: Key): EditResult {
    if ('char' in key) return this.#insert(key.char);
    if ('name' in key) {
      if (key.name === 'enter') return this.#submit();
      NAMED_EDITS[key.name]?.(this);
      return undefined;
    }
    if (key.control === 'C') return this.#interrupt();
    if (key.control === 'L') return { clear: true };
    if (key.control === 'D') {
      if (this.text === '') return { end: true };
      NAMED_EDITS['delete']?.(this);
      return undefined;
    }
    CONTROL_EDITS[key.control]?.(this);
    return undefined;
  }

  remove(from: number, to: number): void {
    if (from < 0 || to > this.text.length || from >= to) return this.write('\x07');
    const before = this.cursor;
    this.text = this.text.slice(0, from) + this.text.slice(to);
    this.cursor = from;
    this.#redraw(before);
  }

  move(to: number): void {
    if (to < 0 || to > this.text.length) return this.write('\x07');
    const before = this.cursor;
    this.cursor = to;
    this.#settle(before, to);
  }

  recall(step: number): void {
    const place = this.#place + step;
    if (place < 0 || place > this.history.length) return this.write('\x07');
    if (this.#place === this.history.length) this.#draft = this.text;
    this.#place = place;
    const before = this.cursor;
    this.text = this.history[place] ?? this.#draft;
    this.cursor = this.text.length;
    this.#redraw(before);
  }

  wordStart(): number {
    return this.text.slice(0, this.cursor).replace(/\S+\s*$/, '').length;
  }

  #insert(char: string): undefined {
    if (this.text.length >= MAX_LINE) return void this.write('\x07');
    const before = this.cursor;
    this.text = this.text.slice(0, before) + char + this.text.slice(before);
    this.cursor = before + char.length;
    if (this.cursor === this.text.length) {
      this.write(char + this.#wrap());
      return undefined;
    }
    this.#redraw(before);
    return undefined;
  }

  #submit(): EditResult {
    this.move(this.text.length);
    this.write('\r\n');
    const line = this.text;
    if (line.trim() !== '' && this.history.at(-1) !== line) this.history.push(line);
    if (this.history.length > MAX_HISTORY) this.history.shift();
    return { line };
  }

  #interrupt(): EditResult {
    this.move(this.text.length);
    this.write('^C\r\n');
    return { interrupt: true };
  }

  /** Draws everything from the prompt on again; the terminal's cursor stands at offset `from` of the old line. */
  #redraw(from: number): void {
    const up = Math.floor((this.#promptLength + from) / this.columns);
    this.write(`\r${up > 0 ? `\x1b[${up}A` : ''}\x1b[J${this.#prompt}${this.text}`);
    this.#settle(this.text.length, this.cursor, this.#wrap());
  }

  /** At the right edge a terminal waits with the wrap until the next character: force it, so that rows can be counted. */
  #wrap(): string {
    return (this.#promptLength + this.text.length) % this.columns === 0 ? ' \r' : '';
  }

  /** Moves the terminal's cursor between two offsets of the line. */
  #settle(from: number, to: number, before = ''): void {
    const [start, end] = [this.#promptLength + from, this.#promptLength + to];
    const rows = Math.floor(end / this.columns) - Math.floor(start / this.columns);
    const vertical = rows === 0 ? '' : `\x1b[${Math.abs(rows)}${rows < 0 ? 'A' : 'B'}`;
    const moved = start === end ? '' : `${vertical}\x1b[${(end % this.columns) + 1}G`;
    if (before + moved !== '') this.write(before + moved);
  }
}
