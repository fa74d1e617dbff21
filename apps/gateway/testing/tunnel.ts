import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { type ClientRequest, createServer, type IncomingMessage, type Server } from 'node:http';
import { type AddressInfo, type Socket } from 'node:net';
import { kubeconfigOf, Upstream } from '#libs/kube';
import { Clock } from '#libs/ops';
import { type WebSocket, WebSocketServer } from 'ws';
import { type ConsoleEnd } from '../console/ends.js';
import { type Tunnel } from '../console/tunnel.js';
import { WsTunnels } from '../console/ws-tunnel.js';

/** A tunnel over real sockets, joined with a guest that does what the test says. */
export interface TestTunnel {
  readonly tunnel: Tunnel;
  /** The gateway's socket to the viewer. */
  readonly socket: Socket;
  readonly guest: WebSocket;
  /** The gateway's socket to the guest. */
  readonly upstream: Socket;
  /** How it ended; undefined while it is open. */
  readonly end: () => ConsoleEnd | undefined;
}

const GUEST = '/guest';

/** The two servers of tunnels: viewers connect to `port`. */
export class TunnelBench {
  readonly #guests = new WebSocketServer({ noServer: true, perMessageDeflate: false });
  readonly #sockets = new Set<Socket>();
  readonly #cluster = createServer();
  readonly #gateway = createServer();

  async listen(): Promise<void> {
    for (const server of [this.#cluster, this.#gateway]) {
      server.on('connection', (socket) => this.#sockets.add(socket.on('error', () => undefined)));
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    }
  }

  get port(): number {
    return portOf(this.#gateway);
  }

  /** The tunnel of the next viewer that connects. */
  async next(): Promise<TestTunnel> {
    const upstream = new Upstream(kubeconfigOf({ server: `http://127.0.0.1:${portOf(this.#cluster)}` }, {}));
    const tunnels = new WsTunnels(upstream, new Clock());
    const dialled = socketTo(GUEST);
    const guest = this.guest();
    const [req, socket, head] = await upgradeOf(this.#gateway);
    const tunnel = await tunnels.accept(req, socket, head);
    let end: ConsoleEnd | undefined;
    void tunnel.ended.then((value) => (end = value));
    const onLost = () => Promise.resolve({ code: 1011, reason: 'lost' });
    await tunnel.connect({ target: GUEST, headers: {}, onLost });
    await upstream.close();
    return { tunnel, socket, guest: await guest, upstream: await dialled, end: () => end };
  }

  /** The next upgrade that a viewer asks for. */
  upgrade(): Promise<[IncomingMessage, Socket, Buffer]> {
    return upgradeOf(this.#gateway);
  }

  async close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    for (const server of [this.#cluster, this.#gateway]) await new Promise((resolve) => server.close(resolve));
  }

  private async guest(): Promise<WebSocket> {
    const [req, socket, head] = await upgradeOf(this.#cluster);
    return new Promise((resolve) => this.#guests.handleUpgrade(req, socket, head, resolve));
  }
}

function portOf(server: Server): number {
  return (server.address() as AddressInfo).port;
}

function upgradeOf(server: Server): Promise<[IncomingMessage, Socket, Buffer]> {
  return new Promise((resolve) =>
    server.once('upgrade', (req: IncomingMessage, socket: Socket, head: Buffer) => resolve([req, socket, head])),
  );
}

/** The socket of the next request that this process sends for a path. */
function socketTo(path: string): Promise<Socket> {
  return new Promise((resolve) => {
    const look = (message: unknown): void => {
      const { request } = message as { request: ClientRequest };
      if (request.path !== path) return;
      unsubscribe(STARTED, look);
      if (request.socket === null) request.once('socket', resolve);
      else resolve(request.socket);
    };
    subscribe(STARTED, look);
  });
}

const STARTED = 'http.client.request.start';
