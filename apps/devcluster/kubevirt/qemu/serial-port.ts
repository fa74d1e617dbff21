import { type Socket } from 'node:net';
import { type Door, type Peer } from '../machine.js';
import { passOn, typeInto } from './flow.js';

/** Output that nobody reads is kept up to this, as a terminal's buffer would. */
const UNREAD_BYTES = 16 * 1024;

/**
 * The serial port: one connection to QEMU for as long as it runs. What it writes goes to who is plugged in (one viewer a
 * console: ../server/viewers.ts), or waits for who comes.
 */
export class SerialPort {
  #peer: Peer | undefined;
  #unread = Buffer.alloc(0);
  #socket: Socket | undefined;

  /** QEMU has connected its end. */
  attach(socket: Socket): void {
    this.#socket = socket;
    socket.on('data', (bytes) => this.#write(bytes, socket));
    socket.on('error', () => socket.destroy());
  }

  connect(peer: Peer, left: () => void): Door {
    this.#peer = peer;
    if (this.#unread.length > 0) peer.send(this.#unread);
    this.#unread = Buffer.alloc(0);
    return {
      receive: (bytes) => {
        if (this.#socket !== undefined && !typeInto(this.#socket, bytes)) peer.close();
      },
      closed: () => {
        if (this.#peer === peer) this.#peer = undefined;
        // It may have been waited for.
        this.#socket?.resume();
        left();
      },
    };
  }

  close(): void {
    this.#peer?.close();
    this.#peer = undefined;
    this.#socket?.destroy();
  }

  #write(bytes: Buffer, socket: Socket): void {
    if (this.#peer) passOn(bytes, socket, this.#peer);
    else this.#unread = Buffer.concat([this.#unread, bytes]).subarray(-UNREAD_BYTES);
  }
}
