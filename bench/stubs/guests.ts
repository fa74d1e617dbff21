import { createHash } from 'node:crypto';
import { type TLSSocket } from 'node:tls';
import { BGRX, securityResult, securityTypes, SERVER_VERSION, serverInit } from '#libs/rfb';
import { type Asked } from './connection.ts';
import { type Frame, frame, FrameReader, Opcode } from './frames.ts';

const CONSOLE = /\/virtualmachineinstances\/([^/]+)\/(vnc|console)(\?|$)/;
const ACCEPT = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11';
/** As virt-api reads them from the guest and passes them on. */
const STREAM_FRAME = 32_768;
/** Written at once while the other side takes them. */
const STREAM = Buffer.concat(Array.from({ length: 8 }, () => frame(Opcode.binary, Buffer.alloc(STREAM_FRAME, 'x'))));
/** What the guest says, and how many bytes of the viewer it waits for before: RFC 6143, section 7.1 to 7.3. */
const RFB_STEPS: readonly (readonly [number, Uint8Array])[] = [
  [0, SERVER_VERSION],
  [12, securityTypes([1])],
  [13, securityResult()],
  [14, serverInit(640, 480, BGRX, 'bench')],
];

/**
 * A guest's console, where the request is an upgrade to one. VMs whose name begins with `stream` send as fast as they
 * are read, once the connection is made; all others send back what they receive.
 * @returns whether it was
 */
export function openGuest({ target, head, socket }: Asked, rest: Buffer): boolean {
  const [, vm = '', kind] = CONSOLE.exec(target) ?? [];
  const key = /\r\nsec-websocket-key: *(\S+)/i.exec(head)?.[1];
  if (kind === undefined || key === undefined) return false;
  const accept = createHash('sha1')
    .update(key + ACCEPT)
    .digest('base64');
  const protocol = /\r\nsec-websocket-protocol: *(plain\.kubevirt\.io)/i.exec(head)?.[1];
  const named = protocol === undefined ? '' : `Sec-WebSocket-Protocol: ${protocol}\r\n`;
  const lines = `Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accept}\r\n${named}`;
  socket.write(`HTTP/1.1 101 Switching Protocols\r\n${lines}\r\n`);
  new Guest(socket, kind === 'vnc', vm.startsWith('stream')).receive(rest);
  return true;
}

class Guest {
  readonly #socket: TLSSocket;
  readonly #streams: boolean;
  readonly #frames = new FrameReader();
  #steps: typeof RFB_STEPS;
  #received = 0;

  constructor(socket: TLSSocket, isScreen: boolean, streams: boolean) {
    this.#socket = socket;
    this.#streams = streams;
    this.#steps = isScreen ? RFB_STEPS : [];
    socket.on('data', (chunk: Buffer) => this.receive(chunk));
    this.#greet();
  }

  receive(chunk: Buffer): void {
    for (const one of this.#frames.push(chunk)) this.#take(one);
  }

  #take({ opcode, payload }: Frame): void {
    if (opcode === Opcode.close) this.#socket.end(frame(Opcode.close, payload));
    else if (opcode === Opcode.ping) this.#socket.write(frame(Opcode.pong, payload));
    else if (opcode !== Opcode.pong && this.#steps.length > 0) {
      this.#received += payload.length;
      this.#greet();
    } else if (opcode !== Opcode.pong && !this.#streams) this.#socket.write(frame(Opcode.binary, payload));
  }

  #greet(): void {
    while (this.#steps[0] !== undefined && this.#received >= this.#steps[0][0]) {
      this.#socket.write(frame(Opcode.binary, Buffer.from(this.#steps[0][1])));
      this.#steps = this.#steps.slice(1);
    }
    if (this.#steps.length === 0 && this.#streams) this.#stream();
  }

  readonly #stream = (): void => {
    while (!this.#socket.destroyed && this.#socket.write(STREAM));
    this.#socket.once('drain', this.#stream);
  };
}
