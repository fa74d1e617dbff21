import { type Socket } from 'node:net';
import { WebSocket } from 'ws';

/**
 * A ping follows this many bytes, so that a slow reader answers long before they have read all that waits for them.
 * The more are unanswered, the rarer they get: a client library may give up on too many at once.
 */
const PING_EVERY = 64 * 1024;
/** Beats without a sign of life after which the other end is dead. */
const PATIENCE = 1;
/** The same where much was sent before the ping: a network passes on what waits in large lumps. */
const LONG_PATIENCE = 4;

/** One of the two websockets of a console. What is taken and answered there shows whether its other end is alive. */
export class Side {
  #read = -1;
  #taken = 0;
  #waited = false;
  #paused = false;
  #silentBeats = 0;
  #sinceAsked = 0;
  #asked = 0;
  #answered = 0;

  /** @param socket below the websocket */
  constructor(
    readonly ws: WebSocket,
    private readonly socket: Socket,
  ) {
    ws.on('pong', (data) => (this.#answered = Number(data.toString()) || this.#asked));
  }

  /** Bytes that wait in this process. */
  get backlog(): number {
    return this.ws.bufferedAmount;
  }

  get isOpen(): boolean {
    return this.ws.readyState === WebSocket.OPEN;
  }

  pause(): void {
    this.#paused = true;
    this.ws.pause();
  }

  resume(): void {
    this.ws.resume();
  }

  /** @param sent called when the whole message has left this process */
  send(message: Uint8Array, sent: () => void): void {
    for (let at = 0; at === 0 || at < message.length; at += PING_EVERY) {
      const piece = message.subarray(at, at + PING_EVERY);
      const fin = at + PING_EVERY >= message.length;
      this.ws.send(piece, { binary: true, fin }, fin ? sent : undefined);
      this.#sinceAsked += piece.length;
      if (this.#sinceAsked >= PING_EVERY * (1 + this.unanswered / 4)) this.ask();
    }
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
    [this.#waited, this.#paused] = [writableLength > 0, this.ws.isPaused];
    this.ask();
    return true;
  }

  private get unanswered(): number {
    return this.#asked - this.#answered;
  }

  private ask(): void {
    if (!this.isOpen) return;
    this.#sinceAsked = 0;
    this.#asked += 1;
    this.ws.ping(String(this.#asked));
  }
}
