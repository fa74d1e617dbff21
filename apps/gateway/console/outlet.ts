import { type Socket } from 'node:net';
import { FIN, frame, headSize, Opcode, writeHead } from '#libs/websocket';

/** What is smaller leaves at once, where nothing else did in this turn of the event loop: an echo does not wait. */
const AT_ONCE = 8 * 1024;
/** As much as one read of a socket gives. */
const READ = 64 * 1024;
/** A slab holds two reads, their headers and a ping: as much as there mostly is in one turn. */
const SLAB = 2 * READ + 64;
const PING_ROOM = 32;
/** So many slabs are kept; a burst of more is given back to the system. */
const KEPT = 32;
/** The longest payload whose header has four bytes, and the shortest. */
const LONGEST_SHORT = 0xffff;
const SHORTEST_SHORT = 126;
const OPCODE_BITS = 0x0f;

/** What all consoles of a gateway share: buffers, and the end of each turn of the event loop. */
export class Slabs {
  /** All guests' sockets are read into this one: what a read brought is copied before the next read. */
  readonly reading = Buffer.allocUnsafeSlow(READ);
  readonly #free: Buffer[] = [];
  #taken = 0;
  #waiting: { endTurn(): void }[] = [];

  /** Slabs in use. */
  get taken(): number {
    return this.#taken;
  }

  take(): Buffer {
    this.#taken += 1;
    return this.#free.pop() ?? Buffer.allocUnsafeSlow(SLAB);
  }

  give(slab: Buffer): void {
    this.#taken -= 1;
    if (this.#free.length < KEPT) this.#free.push(slab);
  }

  /** Its endTurn is called once what the system had for this turn is read. */
  atTurnsEnd(one: { endTurn(): void }): void {
    if (this.#waiting.push(one) === 1) setImmediate(() => this.endTurn());
  }

  private endTurn(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const one of waiting) one.endTurn();
  }
}

/**
 * Writes frames to a socket, with few large writes: each is dear. What comes in one turn of the event loop is copied
 * into a slab, and parts of one message that follow each other become one frame. Each write ends where a frame ends, so
 * that control frames can be written at any time.
 */
export class Outlet {
  #slab: Buffer | undefined;
  #used = 0;
  /** The last frame in the slab. */
  #headAt = 0;
  #length = 0;
  #turn = false;
  #pong: Buffer | undefined;

  /**
   * @param masked as a client must
   * @param due told of each write, in bytes. @returns a ping that is to follow it
   */
  constructor(
    private readonly socket: Socket,
    private readonly masked: boolean,
    private readonly slabs: Slabs,
    private readonly due: (sent: number) => Buffer | undefined,
  ) {}

  /**
   * More waits than is good: the sender is to pause until the socket's `drain`. That comes for every large write, also
   * where the system took all of it at once and nothing waits.
   */
  get full(): boolean {
    return this.socket.writableNeedDrain && this.socket.writableLength > 0;
  }

  /** A part of a message, which is copied: see FrameSink. */
  data(first: number, chunk: Buffer, start: number, end: number): void {
    const length = end - start;
    if (this.#turn ? length <= READ : length >= AT_ONCE && length <= READ) {
      this.join(first, chunk, start, end);
    } else {
      this.flush();
      this.write(frame(first, chunk.subarray(start, end), this.masked));
    }
    this.endTurnLater();
  }

  /**
   * Answers a ping at the end of the turn, and only the last of several (RFC 6455, section 5.5.3): one read can bring ten
   * thousand, and each answer would be a write of its own. For one who does not read, it waits until they do.
   */
  pong(payload: Buffer): void {
    this.#pong = payload;
    this.endTurnLater();
  }

  /** Writes a control frame, after all that came before. Nothing follows a close frame. */
  control(opcode: number, payload: Buffer): void {
    if (opcode === Opcode.close) this.#pong = undefined;
    this.flush();
    if (this.socket.writable) this.socket.write(frame(FIN | opcode, payload, this.masked));
  }

  endTurn(): void {
    this.#turn = false;
    this.flush();
    this.drained();
  }

  /** The socket takes more: a ping that waited for that is answered. */
  drained(): void {
    const pong = this.#pong;
    if (pong === undefined || this.full) return;
    this.#pong = undefined;
    this.control(Opcode.pong, pong);
  }

  private endTurnLater(): void {
    if (this.#turn) return;
    this.#turn = true;
    this.slabs.atTurnsEnd(this);
  }

  /** Writes what waits for the end of the turn. */
  flush(): void {
    const slab = this.#slab;
    if (slab === undefined) return;
    this.#slab = undefined;
    if (!this.socket.writable) return this.slabs.give(slab);
    const ping = this.due(this.#used);
    if (ping !== undefined) slab.set(ping, this.#used);
    const bytes = slab.subarray(0, this.#used + (ping?.length ?? 0));
    // For a slow reader much may wait in many writes: they hold no slab that is half empty.
    const small = bytes.length < SLAB / 2 && this.socket.writableLength > 0;
    this.socket.write(small ? Buffer.from(bytes) : bytes, small ? undefined : () => this.slabs.give(slab));
    if (small) this.slabs.give(slab);
  }

  private write(bytes: Buffer): void {
    if (!this.socket.writable) return;
    this.socket.write(bytes);
    const ping = this.due(bytes.length);
    if (ping !== undefined) this.socket.write(ping);
  }

  private join(first: number, chunk: Buffer, start: number, end: number): void {
    const length = end - start;
    const needs = headSize(length, this.masked) + length + PING_ROOM;
    if (this.#slab !== undefined && this.#used + needs > SLAB) this.flush();
    if (this.#slab === undefined) {
      this.#slab = this.slabs.take();
      this.#used = this.#headAt = this.#length = 0;
    }
    const slab = this.#slab;
    const at = this.lengthen(slab, first, length) ?? this.begin(slab, first, length);
    chunk.copy(slab, at, start, end);
    this.#used = at + length;
  }

  /** A frame of its own. @returns where its payload goes */
  private begin(slab: Buffer, first: number, length: number): number {
    [this.#headAt, this.#length] = [this.#used, length];
    return writeHead(slab, this.#used, first, length, this.masked);
  }

  /** The next part of the message of the last frame goes into that frame, if its header is of the right size. */
  private lengthen(slab: Buffer, first: number, length: number): number | undefined {
    const sum = this.#length + length;
    if (this.#length < SHORTEST_SHORT || sum > LONGEST_SHORT) return undefined;
    if ((first & OPCODE_BITS) !== 0 || ((slab[this.#headAt] ?? 0) & FIN) !== 0) return undefined;
    slab[this.#headAt] = (slab[this.#headAt] ?? 0) | first;
    slab.writeUInt16BE(sum, this.#headAt + 2);
    this.#length = sum;
    return this.#used;
  }
}
