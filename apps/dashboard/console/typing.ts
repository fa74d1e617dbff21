/** Text as the keys of a US keyboard, for a guest that has no clipboard to paste into. */
export interface KeyStroke {
  /** X11 keysym. */
  keysym: number;
  /** Physical key (KeyboardEvent.code); absent: known by its keysym alone. */
  code?: string;
  shift: boolean;
}

const PLAIN: Record<string, string> = {
  '`': 'Backquote', '-': 'Minus', '=': 'Equal', '[': 'BracketLeft', ']': 'BracketRight', '\\': 'Backslash',
  ';': 'Semicolon', "'": 'Quote', ',': 'Comma', '.': 'Period', '/': 'Slash', ' ': 'Space',
}; // prettier-ignore
const SHIFTED: Record<string, string> = {
  '~': 'Backquote', '_': 'Minus', '+': 'Equal', '{': 'BracketLeft', '}': 'BracketRight', '|': 'Backslash',
  ':': 'Semicolon', '"': 'Quote', '<': 'Comma', '>': 'Period', '?': 'Slash',
}; // prettier-ignore
const DIGITS_SHIFTED = ')!@#$%^&*(';

const SHIFT: KeyStroke = { keysym: 0xffe1, code: 'ShiftLeft', shift: false };

/** The stroke of one character; undefined for control characters, which no key types. */
export function strokeOf(character: string): KeyStroke | undefined {
  if (character === '\n' || character === '\r') return { keysym: 0xff0d, code: 'Enter', shift: false };
  if (character === '\t') return { keysym: 0xff09, code: 'Tab', shift: false };
  const point = character.codePointAt(0) ?? 0;
  if (point < 0x20 || (point >= 0x7f && point < 0xa0)) return undefined;
  const keysym = point < 0x100 ? point : 0x01000000 + point;
  const key = physical(character);
  return key ? { keysym, ...key } : { keysym, shift: false };
}

function physical(character: string): { code: string; shift: boolean } | undefined {
  if (/^[a-z]$/.test(character)) return { code: `Key${character.toUpperCase()}`, shift: false };
  if (/^[A-Z]$/.test(character)) return { code: `Key${character}`, shift: true };
  if (/^[0-9]$/.test(character)) return { code: `Digit${character}`, shift: false };
  const digit = DIGITS_SHIFTED.indexOf(character);
  if (digit !== -1) return { code: `Digit${digit}`, shift: true };
  const plain = PLAIN[character];
  if (plain) return { code: plain, shift: false };
  const shifted = SHIFTED[character];
  return shifted ? { code: shifted, shift: true } : undefined;
}

/** The strokes of a text, and the characters that no US keyboard has: these arrive only if the guest knows them. */
export function strokesOf(text: string): { strokes: KeyStroke[]; uncertain: string[] } {
  const strokes: KeyStroke[] = [];
  const uncertain = new Set<string>();
  for (const character of text.replaceAll('\r\n', '\n')) {
    const stroke = strokeOf(character);
    if (stroke) strokes.push(stroke);
    if (!stroke?.code) uncertain.add(character);
  }
  return { strokes, uncertain: [...uncertain] };
}

export interface Typist {
  send: (key: Pick<KeyStroke, 'keysym' | 'code'>, down: boolean) => void;
  signal: AbortSignal;
  progress: (done: number) => void;
  /** Resolves after so many milliseconds. */
  pause?: (ms: number) => Promise<void>;
}

/** Between two strokes; the keyboard queues of guests are short, and faster text is cut. */
const STROKE_MS = 40;

/** Types strokes one after the other until all are sent or the signal is aborted. */
export async function typeStrokes(strokes: KeyStroke[], typist: Typist): Promise<void> {
  const { send, signal, progress, pause = sleep } = typist;
  for (const [index, stroke] of strokes.entries()) {
    if (signal.aborted) return;
    if (stroke.shift) send(SHIFT, true);
    send(stroke, true);
    send(stroke, false);
    if (stroke.shift) send(SHIFT, false);
    progress(index + 1);
    await pause(STROKE_MS);
  }
}

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
