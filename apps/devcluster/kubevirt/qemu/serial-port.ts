import { type Socket } from 'node:net';
import { type Door, type Peer } from '../machine.js';
import { passOn, typeInto } from './flow.js';

/** Output that nobody reads is kept up to this, as a terminal's buffer would. */
const UNREAD_BYTES = 16 * 1024;

/**
 * The serial port: one connection to QEMU for as long as it runs. What it writes goes to whoever is plugged in, or waits
 * for the first who comes. With more than one plugged in the slowest sets the pace.
 */
export class SerialPort {
  readonly #peers = new Set<Peer>();
  #unread = Buffer.alloc(0);
  #socket: Socket | undefined;

  /** QEMU has connected its end. */
  attach(socket: Socket): void {
    this.#socket = socket;
    socket.on('data', (bytes) => this.#write(bytes, socket));
    socket.on('error', () => socket.destroy());
  }

  connect(peer: Peer, left: () => void): Door {
    this.#peers.add(peer);
    if (this.#unread.length > 0) peer.send(this.#unread);
    this.#unread = Buffer.alloc(0);
    return {
      receive: (bytes) => {
        if (this.#socket !== undefined && !typeInto(this.#socket, bytes)) peer.close();
      },
      closed: () => {
        this.#peers.delete(peer);
        // It may have been the one that was waited for.
        this.#socket?.resume();
        left();
      },
    };
  }

  close(): void {
    for (const peer of this.#peers) peer.close();
    this.#peers.clear();
    this.#socket?.destroy();
  }

  #write(bytes: Buffer, socket: Socket): void {
    if (this.#peers.size === 0) this.#unread = Buffer.concat([this.#unread, bytes]).subarray(-UNREAD_BYTES);
    for (const peer of this.#peers) passOn(bytes, socket, peer);
  }
}
