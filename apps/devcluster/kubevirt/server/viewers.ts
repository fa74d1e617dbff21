export type ConsoleKind = 'vnc' | 'console';

/** Who is on which console: a screen and a serial port have one viewer each, the newest. */
export class Viewers {
  readonly #open = new Map<string, () => void>();

  has(uid: string, kind: ConsoleKind): boolean {
    return this.#open.has(`${uid}/${kind}`);
  }

  /** Disconnects the current viewer without a close frame. */
  cut(uid: string, kind: ConsoleKind): void {
    const key = `${uid}/${kind}`;
    const close = this.#open.get(key);
    this.#open.delete(key);
    close?.();
  }

  /**
   * Takes the place, which must be free.
   * @returns call it when the viewer has gone
   */
  take(uid: string, kind: ConsoleKind, close: () => void): () => void {
    const key = `${uid}/${kind}`;
    this.#open.set(key, close);
    return () => {
      if (this.#open.get(key) === close) this.#open.delete(key);
    };
  }

  cutAll(): void {
    for (const close of this.#open.values()) close();
    this.#open.clear();
  }
}
