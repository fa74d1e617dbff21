/** What the page does with an open console, whichever kind it is. */
export interface ConsoleHandle {
  focus: () => void;
  /** Types the text; resolves when all of it is typed, or the signal was aborted. `progress` gets the count so far. */
  type: (text: string, signal: AbortSignal, progress: (done: number) => void) => Promise<void>;
  /** Only a screen has these keys. */
  ctrlAltDel?: () => void;
  /** The selected text; only a terminal has one. */
  selection?: () => string;
}
