const BASE_MS = 1000;
const MAX_MS = 300_000;
/** A container that ran this long starts over with the shortest wait. */
const STABLE_MS = 600_000;

/**
 * The waits between restarts of one container: the first restart is at once, then 1 s, 2 s, 4 s ... to 5 minutes. They start
 * again after it has run for ten minutes. (The kubelet begins at 10 s, which is long when you try things out.)
 */
export class Backoff {
  private failures = 0;

  /** Milliseconds to wait before the next start, given how long the container ran. */
  next(ranMs: number): number {
    if (ranMs >= STABLE_MS) this.failures = 0;
    const wait = this.failures === 0 ? 0 : Math.min(MAX_MS, BASE_MS * 2 ** (this.failures - 1));
    this.failures += 1;
    return wait;
  }
}
