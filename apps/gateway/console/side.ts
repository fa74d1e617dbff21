import { type Socket } from 'node:net';
import { FIN, frame, Opcode, readClose, writeClose } from '#libs/websocket';
import { Outlet, type Slabs } from './outlet.js';

/**
 * A ping follows this many bytes, so that a slow reader answers long before they have read all that waits for them.
 * The more are unanswered, the rarer they get: a client library may give up on too many at once.
 */
const PING_EVERY = 64 * 1024;
/** Beats without a sign of life after which the other end is dead. */
const PATIENCE = 1;
/** The same where much was sent before the ping: a network passes on what waits in large lumps. */
const LONG_PATIENCE = 4;
/** After the close frame, or the end of its other end, a side has this long before its socket is cut. */
const CLOSE_MS = 2000;

/** One of the two WebSockets of a console. What is taken and answered there shows whether its other end is alive. */
export class Side {
  /** What goes there. */
  readonly outlet: Outlet;
  #closing = false;
  #read = -1;
  #taken = 0;
  #waited = false;
  #paused = false;
  #silentBeats = 0;
  #sinceAsked = 0;
  #asked = 0;
  #answered = 0;

  /** @param masked as a client must: the guest's side */
  constructor(
    readonly socket: Socket,
    private readonly masked: boolean,
    slabs: Slabs,
  ) {
    this.outlet = new Outlet(socket, masked, slabs, (sent) => this.due(sent));
    // Its `close` follows.
    socket.on('error', () => undefined).on('drain', () => this.outlet.drained());
  }

  /** Neither closed nor about to be. */
  get isOpen(): boolean {
    return !this.#closing && this.socket.writable;
  }

  /** Reads nothing from there for now. */
  pause(): void {
    if (this.#closing) return;
    this.#paused = true;
    this.socket.pause();
  }

  resume(): void {
    this.socket.resume();
  }

  /**
   * A control frame came from there. Pings and pongs are between neighbours: neither goes to the other side.
   * @returns what a close frame says
   * @throws FrameError
   */
  control(opcode: number, payload: Buffer): { code: number; reason: string } | undefined {
    if (opcode === Opcode.ping && this.isOpen) this.outlet.pong(payload);
    if (opcode === Opcode.pong) this.#answered = Number(payload.toString()) || this.#asked;
    if (opcode !== Opcode.close) return undefined;
    const said = readClose(payload);
    this.close(said.code, said.reason);
    this.socket.end();
    return said;
  }

  /** Sends a close frame, once. The other end then has a while to answer. */
  close(code: number, reason = ''): void {
    if (this.#closing || this.socket.destroyed) return;
    this.#closing = true;
    this.outlet.control(Opcode.close, writeClose(code, reason));
    // A paused socket would never read the other end's close frame.
    this.socket.resume();
    this.cutLater();
  }

  /** The other end has left. What waits for it still goes there, for a while: it may never be taken. */
  end(): void {
    this.socket.end();
    this.cutLater();
  }

  /**
   * Called at regular intervals. Alive is who has sent anything since the last call, or has taken of what waited. Who is
   * not read, because the other side is slow, cannot be heard: if nothing waits for them either, they are not judged.
   * @returns false: the other end is dead
   */
  beat(): boolean {
    const { bytesRead, bytesWritten, writableLength } = this.socket;
    const taken = bytesWritten - writableLength;
    const alive = bytesRead !== this.#read || (this.#waited && taken !== this.#taken);
    const unheard = this.#paused && writableLength === 0;
    this.#silentBeats = alive || unheard ? 0 : this.#silentBeats + 1;
    if (this.#silentBeats >= (this.#waited || this.unanswered > 1 ? LONG_PATIENCE : PATIENCE)) return false;
    [this.#read, this.#taken] = [bytesRead, taken];
    [this.#waited, this.#paused] = [writableLength > 0, this.socket.isPaused()];
    if (this.isOpen) this.outlet.control(Opcode.ping, this.ask());
    return true;
  }

  private cutLater(): void {
    const timer = setTimeout(() => this.socket.destroy(), CLOSE_MS);
    this.socket.once('close', () => clearTimeout(timer));
  }

  private get unanswered(): number {
    return this.#asked - this.#answered;
  }

  private due(sent: number): Buffer | undefined {
    this.#sinceAsked += sent;
    if (this.#sinceAsked < PING_EVERY * (1 + this.unanswered / 4)) return undefined;
    return frame(FIN | Opcode.ping, this.ask(), this.masked);
  }

  private ask(): Buffer {
    this.#sinceAsked = 0;
    this.#asked += 1;
    return Buffer.from(String(this.#asked));
  }
}
