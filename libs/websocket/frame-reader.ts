import { TextDecoder } from 'node:util';
import { FIN, FrameError, LONGEST_CONTROL, Opcode } from './frames.js';

/** The longest header: two bytes, 64 bits of length, four of a mask. */
const LONGEST_HEAD = 14;
/** Reserved bits: an extension gives them a meaning, and none is ever negotiated. */
const RESERVED = 0x70;
const MASKED = 0x80;
/** The upper half of the longest length that a number can hold. */
const MOST_UPPER = 0x1fffff;

/** What comes out of a FrameReader. Payloads are views, valid until the call returns. */
export interface FrameSink {
  /**
   * A part of a message, as soon as it is there.
   * @param first FIN and opcode with which it can be sent on as a frame of its own. Text goes on as binary: that is all
   *   that consoles carry.
   * @param chunk holds the payload, unmasked, from `start` to `end`
   */
  data(first: number, chunk: Buffer, start: number, end: number): void;
  /** A whole control frame. */
  control(opcode: number, payload: Buffer): void;
}

export interface FrameReaderOptions {
  /** Whose frames these are. A client's are masked, and its text is checked. */
  from: 'client' | 'server';
  /** The longest message in bytes; what is announced counts. Without: no limit, for nothing of a message is held. */
  largest?: number;
}

/**
 * Reads the frames of one side of a WebSocket without extensions, from chunks that may be cut anywhere (RFC 6455,
 * section 5). It holds no payload but that of a control frame; after a close frame it reads nothing.
 */
export class FrameReader {
  readonly #masked: boolean;
  readonly #largest: number;
  readonly #head = Buffer.alloc(LONGEST_HEAD);
  #have = 0;
  #need = 2;
  #first = 0;
  #length = 0;
  #left = 0;
  /** The message has begun, and goes on in another frame. */
  #open = false;
  #messageLength = 0;
  /** Opcode of the message's next part. */
  #next = 0;
  #text: TextDecoder | undefined;
  #control: Buffer | undefined;
  #over = false;

  constructor(
    { from, largest = Infinity }: FrameReaderOptions,
    private readonly sink: FrameSink,
  ) {
    this.#masked = from === 'client';
    this.#largest = largest;
  }

  /**
   * Unmasks in place: the chunk is the reader's.
   * @param length bytes of the chunk that count
   * @throws FrameError; what was right before the fault has come out
   */
  push(chunk: Buffer, length = chunk.length): void {
    let at = 0;
    try {
      while (at < length && !this.#over) {
        at = this.#left === 0 ? this.#readHead(chunk, at, length) : this.#readPayload(chunk, at, length);
      }
    } catch (error) {
      this.#over = true;
      throw error;
    }
  }

  #readHead(chunk: Buffer, from: number, end: number): number {
    const head = this.#head;
    for (let at = from; at < end;) {
      head[this.#have++] = chunk[at++] ?? 0;
      if (this.#have === 2) this.#need = this.#check(head[0] ?? 0, head[1] ?? 0);
      if (this.#have < this.#need) continue;
      this.#have = 0;
      this.#begin();
      return at;
    }
    return end;
  }

  /** @returns the length of the header */
  #check(first: number, second: number): number {
    const [opcode, length] = [first & 0x0f, second & 0x7f];
    const wrong =
      (first & RESERVED) !== 0 || ((second & MASKED) !== 0) !== this.#masked || opcode > Opcode.pong
        ? true
        : opcode >= Opcode.close
          ? (first & FIN) === 0 || length > LONGEST_CONTROL || (opcode === Opcode.close && length === 1)
          : opcode > Opcode.binary || (opcode === Opcode.continuation) !== this.#open;
    if (wrong) throw new FrameError('malformed');
    return 2 + (length < 126 ? 0 : length === 126 ? 2 : 8) + (this.#masked ? 4 : 0);
  }

  #begin(): void {
    this.#first = this.#head[0] ?? 0;
    this.#length = this.#left = this.#announced();
    const opcode = this.#first & 0x0f;
    if (opcode >= Opcode.close) {
      this.#control = Buffer.alloc(this.#length);
      if (this.#length === 0) this.#endControl(this.#control);
      return;
    }
    if (opcode !== Opcode.continuation) {
      this.#messageLength = 0;
      this.#next = Opcode.binary;
      this.#text = this.#masked && opcode === Opcode.text ? new TextDecoder('utf-8', { fatal: true }) : undefined;
    }
    this.#messageLength += this.#length;
    if (this.#messageLength > this.#largest) throw new FrameError('too-large');
    this.#open = (this.#first & FIN) === 0;
    if (this.#length === 0) this.#part(this.#head, 0, 0);
  }

  #announced(): number {
    const head = this.#head;
    const short = (head[1] ?? 0) & 0x7f;
    if (short < 126) return short;
    if (short === 126) return head.readUInt16BE(2);
    const upper = head.readUInt32BE(2);
    if (upper > MOST_UPPER) throw new FrameError(this.#largest === Infinity ? 'malformed' : 'too-large');
    return upper * 2 ** 32 + head.readUInt32BE(6);
  }

  #readPayload(chunk: Buffer, start: number, length: number): number {
    const end = Math.min(length, start + this.#left);
    const done = this.#length - this.#left;
    if (this.#masked) unmask(chunk, start, end, this.#head, this.#need - 4, done);
    this.#left -= end - start;
    if (this.#control === undefined) {
      this.#part(chunk, start, end);
    } else {
      chunk.copy(this.#control, done, start, end);
      if (this.#left === 0) this.#endControl(this.#control);
    }
    return end;
  }

  #part(chunk: Buffer, start: number, end: number): void {
    const last = this.#left === 0 && !this.#open;
    if (this.#text !== undefined) checkText(this.#text, chunk.subarray(start, end), last);
    const first = (last ? FIN : 0) | this.#next;
    this.#next = Opcode.continuation;
    this.sink.data(first, chunk, start, end);
  }

  #endControl(payload: Buffer): void {
    const opcode = this.#first & 0x0f;
    this.#control = undefined;
    this.#over = opcode === Opcode.close;
    this.sink.control(opcode, payload);
  }
}

/** @param keyAt where the key is in `head` @param done bytes of the payload that came before */
function unmask(chunk: Buffer, start: number, end: number, head: Buffer, keyAt: number, done: number): void {
  for (let at = start, turn = done; at < end; at++, turn++) {
    chunk[at] = (chunk[at] ?? 0) ^ (head[keyAt + (turn & 3)] ?? 0);
  }
}

function checkText(decoder: TextDecoder, bytes: Buffer, last: boolean): void {
  try {
    decoder.decode(bytes, { stream: !last });
  } catch {
    throw new FrameError('not-utf8');
  }
}
