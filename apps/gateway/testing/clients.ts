import { type IncomingHttpHeaders, type IncomingMessage, request } from 'node:http';
import { connect, type Socket } from 'node:net';
import { WebSocket } from 'ws';

export interface Reply {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

export interface Call {
  method?: string;
  headers?: Record<string, string>;
  body?: string;
}

/** A public URL's host: where browsers reach the gateways of tests. */
export const PUBLIC_HOST = 'gate.example.com';

/** One request, its path sent byte for byte as written. */
export function call(port: number, path: string, { method = 'GET', headers = {}, body }: Call = {}): Promise<Reply> {
  return new Promise((resolve, reject) => {
    const req = request(
      { port, host: '127.0.0.1', path, method, headers: { host: PUBLIC_HOST, ...headers }, agent: false },
      (res) => {
        readReply(res).then(resolve, reject);
      },
    );
    req.on('error', reject);
    req.end(body);
  });
}

async function readReply(res: IncomingMessage): Promise<Reply> {
  let body = '';
  for await (const chunk of res) body += String(chunk);
  return { status: res.statusCode ?? 0, headers: res.headers, body };
}

export interface Ended {
  readonly code: number;
  readonly reason: string;
}

/** An open websocket, what came over it, and how it ended. */
export interface Viewer {
  readonly socket: WebSocket;
  /** Below it: for frames that the library would not send. */
  readonly raw: Socket;
  readonly ended: Promise<Ended>;
  /** Everything that has come so far. */
  received(): string;
  /** Resolves once what has come contains the text. */
  receives(text: string): Promise<void>;
}

/** @throws Reply where the upgrade was refused */
export function view(
  port: number,
  path: string,
  headers: Record<string, string> = {},
  protocols: string[] = [],
): Promise<Viewer> {
  const socket = new WebSocket(`ws://127.0.0.1:${port}${path}`, protocols, { headers });
  let received = '';
  const waiting = new Set<() => void>();
  socket.on('message', (data: Buffer) => {
    received += data.toString('latin1');
    for (const look of waiting) look();
  });
  const ended = new Promise<Ended>((resolve) => {
    socket.on('close', (code, reason) => resolve({ code, reason: reason.toString() }));
  });
  const receives = (text: string): Promise<void> =>
    new Promise((resolve) => {
      const look = (): void => {
        if (!received.includes(text)) return;
        waiting.delete(look);
        resolve();
      };
      waiting.add(look);
      look();
    });
  let raw: Socket;
  socket.on('upgrade', (answer) => (raw = answer.socket));
  return new Promise((resolve, reject) => {
    socket.on('error', reject);
    socket.on('unexpected-response', (_request, res: IncomingMessage) => {
      readReply(res).then(reject, reject);
    });
    socket.on('open', () => resolve({ socket, raw, ended, received: () => received, receives }));
  });
}

/**
 * A frame of a websocket client, masked with zeros: RFC 6455, section 5.2.
 * @param first FIN, RSV and opcode
 * @param length what the frame says of its length
 */
export function frame(first: number, payload: string, length = payload.length): Buffer {
  const head = Buffer.alloc(14);
  head[0] = first;
  head[1] = 0x80 | 127;
  head.writeBigUInt64BE(BigInt(length), 2);
  return Buffer.concat([head, Buffer.from(payload)]);
}

/** Sends bytes as they are. @returns everything that came back until the other side closed */
export function sendRaw(port: number, bytes: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1', () => socket.write(bytes));
    let received = '';
    socket.on('data', (data) => (received += data.toString()));
    socket.on('end', () => socket.end());
    socket.on('close', () => resolve(received));
    socket.on('error', reject);
  });
}

const UPGRADE = {
  host: 'localhost',
  connection: 'Upgrade',
  upgrade: 'websocket',
  'sec-websocket-version': '13',
  'sec-websocket-key': 'dGhlIHNhbXBsZSBub25jZQ==',
};

/** A websocket opened by hand, its path byte for byte as written. @param frames sent in one piece with the handshake */
export function openRaw(port: number, path: string, headers: Record<string, string>, frames = Buffer.alloc(0)): Socket {
  const lines = Object.entries({ ...UPGRADE, ...headers }).map(([name, value]) => `${name}: ${value}\r\n`);
  const head = Buffer.from(`GET ${path} HTTP/1.1\r\n${lines.join('')}\r\n`, 'latin1');
  const socket = connect(port, '127.0.0.1');
  socket.on('error', () => undefined).write(Buffer.concat([head, frames]));
  return socket;
}

/**
 * An upgrade that must be refused, its path sent byte for byte as written (websocket clients tidy theirs).
 * @throws where it was taken up
 */
export function refusedUpgrade(port: number, path: string, headers: Record<string, string> = {}): Promise<Reply> {
  return new Promise((resolve, reject) => {
    const req = request({ port, host: '127.0.0.1', path, headers: { ...UPGRADE, ...headers }, agent: false }, (res) => {
      readReply(res).then(resolve, reject);
    });
    req.on('upgrade', (_res, socket) => {
      socket.destroy();
      reject(new Error('the upgrade was not refused'));
    });
    req.on('error', reject);
    req.end();
  });
}
