import { type Door, type Peer } from '../machine.js';

/** Output that nobody reads is kept up to this, as a terminal's buffer would. */
const BACKLOG_CHARS = 16 * 1024;
/** A reader that is this far behind misses what comes on top. */
const MAX_UNSENT = 4 * 1024 * 1024;

/** The serial port: what the machine writes goes to the connected viewer, or waits for the first one. */
export class SerialPort {
  readonly #peers = new Set<Peer>();
  #unread = '';

  /**
   * @param input text from a peer
   * @param greeting what a peer sees who comes when nothing is unread: without it the screen would stay empty
   */
  constructor(
    private readonly input: (text: string) => void,
    private readonly greeting: () => string,
  ) {}

  write(text: string): void {
    if (this.#peers.size === 0) {
      this.#unread = (this.#unread + text).slice(-BACKLOG_CHARS);
      return;
    }
    const bytes = new TextEncoder().encode(text);
    for (const peer of this.#peers) if (peer.backlog < MAX_UNSENT) peer.send(bytes);
  }

  connect(peer: Peer): Door {
    const decoder = new TextDecoder();
    this.#peers.add(peer);
    const first = this.#unread || this.greeting();
    this.#unread = '';
    if (first !== '') peer.send(new TextEncoder().encode(first));
    return {
      receive: (bytes) => this.input(decoder.decode(bytes, { stream: true })),
      closed: () => void this.#peers.delete(peer),
    };
  }

  close(): void {
    for (const peer of this.#peers) peer.close();
    this.#peers.clear();
  }
}
