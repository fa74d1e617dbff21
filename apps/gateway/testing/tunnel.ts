import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { type AddressInfo, type Socket } from 'node:net';
import { kubeconfigOf, Upstream } from '#libs/kube';
import { Clock } from '#libs/ops';
import { makeCa, makeCertificate } from '#libs/pki';
import { type WebSocket, WebSocketServer } from 'ws';
import { type ConsoleEnd } from '../console/ends.js';
import { type Tunnel, type UpstreamTarget } from '../console/tunnel.js';
import { WsTunnels } from '../console/ws-tunnel.js';

/** A tunnel over real sockets, joined with a guest that does what the test says. */
export interface TestTunnel {
  readonly tunnel: Tunnel;
  /** The gateway's socket to the viewer. */
  readonly socket: Socket;
  readonly guest: WebSocket;
  /** Below it: for bytes that the library would not send. */
  readonly guestRaw: Socket;
  /** The gateway's socket to the guest. @throws where the cluster is behind TLS: Node does not tell of that one */
  readonly upstream: () => Socket;
  /** How it ended; undefined while it is open. */
  readonly end: () => ConsoleEnd | undefined;
}

/** The two servers of tunnels: viewers connect to `port`. */
export class TunnelBench {
  readonly #sockets = new Set<Socket>();
  readonly #gateway = createServer();
  #cluster: Server = createServer();
  #upstream: Upstream | undefined;
  #tunnels: WsTunnels | undefined;

  /** @param tls whether the cluster is behind TLS, as it always is but in tests */
  async listen({ tls = false } = {}): Promise<void> {
    const ca = tls ? await makeCa({ cn: 'ca' }) : undefined;
    if (ca) this.#cluster = createTlsServer(await makeCertificate(ca, { cn: 'api', ips: ['127.0.0.1'] }));
    for (const server of [this.#cluster, this.#gateway]) {
      server.on('connection', (socket) => this.#sockets.add(socket.on('error', () => undefined)));
      server.on('secureConnection', (socket: Socket) => socket.on('error', () => undefined));
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    }
    const server = `${tls ? 'https' : 'http'}://127.0.0.1:${portOf(this.#cluster)}`;
    const trust = ca === undefined ? {} : { caData: Buffer.from(ca.cert).toString('base64') };
    this.#upstream = new Upstream(kubeconfigOf({ server, ...trust }));
    this.#tunnels = new WsTunnels(this.#upstream, new Clock());
  }

  get port(): number {
    return portOf(this.#gateway);
  }

  get tunnels(): WsTunnels {
    if (this.#tunnels === undefined) throw new Error('call listen first');
    return this.#tunnels;
  }

  /**
   * The tunnel of the next viewer that connects.
   * @param autoPong whether the guest answers pings
   */
  async next({
    autoPong = true,
    ...options
  }: Partial<UpstreamTarget> & { autoPong?: boolean } = {}): Promise<TestTunnel> {
    const guest = this.guest(autoPong);
    const [req, socket, head] = await this.upgrade();
    const tunnel = await this.tunnels.accept(req, socket, head);
    let end: ConsoleEnd | undefined;
    void tunnel.ended.then((value) => (end = value));
    const onLost = () => Promise.resolve({ code: 1011, reason: 'lost' });
    const [opened, upstream] = whileOpening(() =>
      tunnel.connect({ target: '/guest', headers: {}, onLost, ...options }),
    );
    await opened;
    return { tunnel, socket, ...(await guest), upstream, end: () => end };
  }

  /** The next upgrade that a viewer asks for. */
  upgrade(): Promise<[IncomingMessage, Socket, Buffer]> {
    return upgradeOf(this.#gateway);
  }

  /** The same for the cluster: what the gateway asks. */
  dialled(): Promise<[IncomingMessage, Socket, Buffer]> {
    return upgradeOf(this.#cluster);
  }

  async close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    for (const server of [this.#cluster, this.#gateway]) await new Promise((resolve) => server.close(resolve));
    await this.#upstream?.close();
  }

  private async guest(autoPong: boolean): Promise<{ guest: WebSocket; guestRaw: Socket }> {
    const guests = new WebSocketServer({ noServer: true, perMessageDeflate: false, autoPong });
    const [req, guestRaw, head] = await this.dialled();
    const guest = await new Promise<WebSocket>((resolve) => guests.handleUpgrade(req, guestRaw, head, resolve));
    // Its `close` follows.
    guest.on('error', () => undefined);
    return { guest, guestRaw };
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

/** @returns what the function returns, and the socket that it opens */
function whileOpening<T>(open: () => T): [T, () => Socket] {
  const sockets: Socket[] = [];
  const look = (message: unknown): unknown => sockets.push((message as { socket: Socket }).socket);
  subscribe('net.client.socket', look);
  const result = open();
  unsubscribe('net.client.socket', look);
  const opened = (): Socket => {
    if (sockets[0] === undefined) throw new Error('no socket was seen');
    return sockets[0];
  };
  return [result, opened];
}

const QUARTER_MIB = 256 * 1024;

/** Sends as much as is taken. */
export function floods(from: WebSocket, size: number): { stuck: () => boolean; stop: () => void; sent: () => number } {
  const chunk = Buffer.alloc(size);
  let [going, sent, before, looks] = [true, 0, 0, 0];
  const pump = (error?: Error | null): void => {
    if (error || !going) return;
    sent += size;
    from.send(chunk, pump);
  };
  for (let i = 0; i < 8 + QUARTER_MIB / size; i++) pump();
  const stuck = (): boolean => {
    looks = from.bufferedAmount > 0 && from.bufferedAmount === before ? looks + 1 : 0;
    before = from.bufferedAmount;
    return looks > 5;
  };
  return { stuck, stop: () => (going = false), sent: () => sent };
}
