/** A screen of one colour behind every websocket: RFB 3.8 without security (RFC 6143), enough for noVNC to show it. */
import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import { type WebSocket, WebSocketServer } from 'ws';

const [WIDTH, HEIGHT] = [640, 480];
const NAME = 'bench';
const RRE = 2;
const FRAMEBUFFER_UPDATE_REQUEST = 3;

export function screenDoor(): (req: IncomingMessage, socket: Socket, head: Buffer) => void {
  const server = new WebSocketServer({ noServer: true });
  return (req, socket, head) => server.handleUpgrade(req, socket, head, (viewer) => serve(viewer));
}

function serve(viewer: WebSocket): void {
  const steps = [() => viewer.send(Buffer.from([1, 1])), () => viewer.send(Buffer.alloc(4)), () => viewer.send(init())];
  viewer.send(Buffer.from('RFB 003.008\n'));
  viewer.on('message', (data: Buffer) => {
    const step = steps.shift();
    if (step) step();
    else if (asksForUpdate(data)) viewer.send(update());
  });
}

/** noVNC puts several messages into one frame; the full request is the last of the first ones. */
function asksForUpdate(data: Buffer): boolean {
  const request = data.subarray(-10);
  return request[0] === FRAMEBUFFER_UPDATE_REQUEST && request[1] === 0;
}

/** ServerInit: 32 bits a pixel, little endian, true colour. */
function init(): Buffer {
  const message = Buffer.alloc(24);
  message.writeUInt16BE(WIDTH, 0);
  message.writeUInt16BE(HEIGHT, 2);
  message.set([32, 24, 0, 1, 0, 255, 0, 255, 0, 255, 16, 8, 0], 4);
  message.writeUInt32BE(NAME.length, 20);
  return Buffer.concat([message, Buffer.from(NAME)]);
}

/** One rectangle in RRE: a background without subrectangles. */
function update(): Buffer {
  const message = Buffer.alloc(24);
  message.writeUInt16BE(1, 2);
  message.writeUInt16BE(WIDTH, 8);
  message.writeUInt16BE(HEIGHT, 10);
  message.writeInt32BE(RRE, 12);
  message.writeUInt32BE(0x00336699, 20);
  return message;
}
