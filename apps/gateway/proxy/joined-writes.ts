import { type ServerResponse } from 'node:http';

/** What one write carries at most. */
const SLAB = 64 * 1024;
/** What may wait for a client before the upstream is paused, and at how little of it that goes on. */
const MOST_WAITING = 256 * 1024;
const FEW_WAITING = 64 * 1024;
/** Slabs that are kept for the next answers: 2 MiB. */
const MOST_KEPT = 32;

/** Copied into a string sooner than written by itself. */
const SMALL = 4096;

const kept: Buffer[] = [];
/** Answers with something to send at the end of this turn of the event loop. */
let waiting: JoinedWrites[] = [];

function flushAll(): void {
  const all = waiting;
  waiting = [];
  for (const one of all) one.turnEnds();
}

/**
 * Writes the pieces of an answer that come in one turn of the event loop as one. TLS brings at most 16 kB in a piece, and
 * each write to a client costs a system call and a record of its own.
 */
export class JoinedWrites {
  #pieces: Buffer[] = [];
  #length = 0;
  #begun = false;
  #paused = false;
  #waits = false;

  /** @param source resumed when a slow client has taken enough, after `write` returned false */
  constructor(
    private readonly res: ServerResponse,
    private readonly source: { resume(): void },
  ) {}

  /** Sends the head of the answer by itself if no piece comes in this turn: the first one may come late. */
  headSoon(): void {
    this.wait();
  }

  /** @param piece not changed by anyone from now on. @returns false: the client is slow, bring no more until the source is resumed */
  write(piece: Buffer): boolean {
    if (this.#length + piece.length > SLAB) this.flush();
    this.wait();
    this.#pieces.push(piece);
    this.#length += piece.length;
    this.#paused ||= this.res.writableLength + this.#length > MOST_WAITING;
    return !this.#paused;
  }

  turnEnds(): void {
    this.#waits = false;
    if (this.res.destroyed || this.res.writableEnded) return;
    if (this.#length > 0) this.flush();
    else if (!this.#begun) this.res.flushHeaders();
  }

  end(): void {
    if (this.#length === 0) {
      this.res.end();
      return;
    }
    const [data, slab] = this.take();
    // A written slab is the system's until then; after an error nobody knows whether it still is.
    if (slab === undefined) this.endWith(data);
    else this.res.end(data, () => keep(slab));
  }

  /** As text, Node puts a small one and the head of the answer into one write; as bytes, each costs a write. */
  private endWith(data: Buffer): void {
    if (data.length <= SMALL) this.res.end(data.toString('latin1'), 'latin1');
    else this.res.end(data);
  }

  private wait(): void {
    if (this.#waits) return;
    this.#waits = true;
    if (waiting.push(this) === 1) setImmediate(flushAll);
  }

  private flush(): void {
    if (this.#length === 0) return;
    const [data, slab] = this.take();
    this.res.write(data, (error) => {
      if (error) return;
      keep(slab);
      if (!this.#paused || this.res.writableLength > FEW_WAITING) return;
      this.#paused = false;
      this.source.resume();
    });
  }

  /** @returns all pieces as one, and the slab that it is in; a piece alone is not copied */
  private take(): [Buffer, Buffer | undefined] {
    const pieces = this.#pieces;
    const length = this.#length;
    this.#pieces = [];
    this.#length = 0;
    this.#begun = true;
    const [first] = pieces;
    if (pieces.length === 1 && first !== undefined) return [first, undefined];
    const slab = kept.pop() ?? Buffer.allocUnsafeSlow(SLAB);
    let at = 0;
    for (const piece of pieces) at += piece.copy(slab, at);
    return [slab.subarray(0, length), slab];
  }
}

function keep(slab: Buffer | undefined): void {
  if (slab !== undefined && kept.length < MOST_KEPT) kept.push(slab);
}
