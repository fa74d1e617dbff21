import { FrameReader, type FrameSink, headSize, writeHead } from '#libs/websocket';

/** This much may wait: from then on, the viewer is not read. What one read of the socket brought is kept all the same. */
const MOST = 256 * 1024;
const FIRST_ROOM = 4 * 1024;

/**
 * What a viewer sends before the guest is joined. The parts of messages are kept as frames in one buffer, so that the
 * smallest ones, of which a read can bring ten thousand, take no more than they did on the way.
 */
export class EarlyInput {
  #frames = Buffer.alloc(0);
  #used = 0;

  /** No more should be read. */
  get full(): boolean {
    return this.#used >= MOST;
  }

  /** Bytes of memory that it holds. */
  get held(): number {
    return this.#frames.length;
  }

  /** A part of a message, which is copied: see FrameSink. */
  add(first: number, chunk: Buffer, start: number, end: number): void {
    const length = end - start;
    this.makeRoom(headSize(length, false) + length);
    const at = writeHead(this.#frames, this.#used, first, length, false);
    chunk.copy(this.#frames, at, start, end);
    this.#used = at + length;
  }

  /** Gives all that waits to `data`, part by part, and forgets it. */
  drain(data: FrameSink['data']): void {
    const frames = this.#frames.subarray(0, this.#used);
    this.clear();
    new FrameReader({ from: 'server' }, { data, control: () => undefined }).push(frames);
  }

  clear(): void {
    this.#frames = Buffer.alloc(0);
    this.#used = 0;
  }

  private makeRoom(length: number): void {
    const needed = this.#used + length;
    if (needed <= this.#frames.length) return;
    const grown = Buffer.allocUnsafe(Math.max(needed, 2 * this.#frames.length, FIRST_ROOM));
    this.#frames.copy(grown, 0, 0, this.#used);
    this.#frames = grown;
  }
}
