import { Keysym, keysymText, scancodeKeysym } from '#libs/rfb';

/** What a stroke means to the machine. */
export type Stroke = { text: string } | { reset: true } | { paste: true } | undefined;

/** Keys that a terminal sends as a sequence. */
const SEQUENCES: ReadonlyMap<number, string> = new Map([
  [Keysym.backSpace, '\x7f'],
  [Keysym.tab, '\t'],
  [Keysym.return, '\r'],
  [Keysym.keypadEnter, '\r'],
  [Keysym.escape, '\x1b'],
  [Keysym.home, '\x1b[H'],
  [Keysym.end, '\x1b[F'],
  [Keysym.up, '\x1b[A'],
  [Keysym.down, '\x1b[B'],
  [Keysym.right, '\x1b[C'],
  [Keysym.left, '\x1b[D'],
  [Keysym.delete, '\x1b[3~'],
]);

const SHIFTS: readonly number[] = [Keysym.shiftLeft, Keysym.shiftRight];
const CONTROLS: readonly number[] = [Keysym.controlLeft, Keysym.controlRight];
const ALTS: readonly number[] = [Keysym.altLeft, Keysym.altRight];
const MODIFIERS = new Set([...SHIFTS, ...CONTROLS, ...ALTS]);

/** The keyboard of one viewer: X11 keysyms (already shifted by the viewer) to what a terminal types. */
export class Keyboard {
  readonly #held = new Set<number>();

  /** RFB key event. */
  key(down: boolean, keysym: number): Stroke {
    if (MODIFIERS.has(keysym)) {
      if (down) this.#held.add(keysym);
      else this.#held.delete(keysym);
      return undefined;
    }
    return down ? this.#stroke(keysym) : undefined;
  }

  /** QEMU extended key event: the keysym counts where there is one, since it knows the viewer's keyboard. */
  extendedKey(down: boolean, keysym: number, scancode: number): Stroke {
    return this.key(down, keysym !== 0 ? keysym : (scancodeKeysym(scancode, this.#any(SHIFTS)) ?? 0));
  }

  #any(keys: readonly number[]): boolean {
    return keys.some((key) => this.#held.has(key));
  }

  #stroke(keysym: number): Stroke {
    const control = this.#any(CONTROLS);
    const alt = this.#any(ALTS);
    if (control && alt && keysym === Keysym.delete) return { reset: true };
    if (this.#any(SHIFTS) && keysym === Keysym.insert) return { paste: true };
    const sequence = SEQUENCES.get(keysym);
    if (sequence !== undefined) return { text: sequence };
    const text = keysymText(keysym);
    // With Control and Alt together (AltGr on some systems) the keysym is the character that was meant.
    if (text === undefined || !control || alt) return text === undefined ? undefined : { text };
    return controlled(text);
  }
}

function controlled(text: string): Stroke {
  if (text === 'v' || text === 'V') return { paste: true };
  const code = text.toUpperCase().charCodeAt(0);
  return code >= 0x41 && code <= 0x5f ? { text: String.fromCharCode(code & 0x1f) } : undefined;
}
