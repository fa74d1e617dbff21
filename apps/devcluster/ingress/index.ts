import { type Server, type Socket } from 'node:net';
import { OwnClient, Upstream } from '#libs/kube';
import { Certificates, ownAuthority } from './certificates.js';
import { type Backend } from './routes.js';
import { Doors } from './server.js';
import { RouteTable } from './table.js';

export interface IngressOptions {
  /** Path of a kubeconfig with every right. */
  kubeconfig: string;
  /** Folder of the ingress's own authority. */
  data: string;
  /** Port for plain HTTP; 0: any free one. */
  port: number;
  httpsPort: number;
  /** Further ports for HTTPS, left out where they cannot be had. */
  optionalPorts?: number[];
  /** The Service behind `http://localhost:PORT`. */
  fallback: Backend;
  /** The Service whose connections are taken on a port of their own, any free one. */
  passed: Backend;
  /** While false, `http://localhost:PORT/readyz` says 503. */
  isReady?: () => boolean;
  onError?: (error: unknown) => void;
}

export interface Running {
  port: number;
  httpsPort: number;
  passedPort: number;
  /** The optional ports that it listens on. */
  optionalPorts: number[];
  stop(): Promise<void>;
}

interface Listener {
  server: Server;
  /** Every connection that is open. */
  sockets: Set<Socket>;
}

/**
 * Listens on loopback and forwards by host name to ready pods.
 * @throws what listening says (EADDRINUSE, EACCES) for the two ports that must be had
 */
export async function start(options: IngressOptions): Promise<Running> {
  const upstream = Upstream.fromKubeconfig(options.kubeconfig);
  const table = new RouteTable(new OwnClient(upstream), options.fallback, options.onError ?? (() => undefined));
  const doors = new Doors(table, options.isReady ?? (() => true));
  const certificates = new Certificates(table, await ownAuthority(options.data));
  const servers: Listener[] = [];
  const stop = async (): Promise<void> => {
    await Promise.all(servers.map(close));
    await table.stop();
    await upstream.close();
  };
  try {
    await table.start();
    const port = await open(servers, () => doors.http(), options.port);
    const httpsPort = await open(servers, () => doors.https(certificates), options.httpsPort);
    const passedPort = await open(servers, () => doors.tcp(options.passed), 0);
    const extra = options.optionalPorts ?? [];
    const tried = extra.map((wanted) => open(servers, () => doors.https(certificates), wanted).catch(() => undefined));
    const optionalPorts = (await Promise.all(tried)).filter((opened) => opened !== undefined);
    return { port, httpsPort, passedPort, optionalPorts, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** Opens a port of 127.0.0.1, and the same of ::1 where the machine has it: browsers try both for `localhost`. */
async function open(servers: Listener[], make: () => Server | Promise<Server>, port: number): Promise<number> {
  const first = await listen(servers, await make(), port, '127.0.0.1');
  await listen(servers, await make(), first, '::1').catch(() => undefined);
  return first;
}

async function listen(servers: Listener[], server: Server, port: number, host: string): Promise<number> {
  const sockets = new Set<Socket>();
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      server.off('error', reject);
      resolve();
    });
  });
  servers.push({ server, sockets });
  const address = server.address();
  return typeof address === 'object' && address ? address.port : port;
}

/** Ends everything that is open; upgraded connections are no longer known to the HTTP server. */
async function close({ server, sockets }: Listener): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  for (const socket of sockets) socket.destroy();
  await closed;
}
