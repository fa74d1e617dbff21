import { createServer, type Server } from 'node:https';
import { type IncomingMessage, type ServerResponse } from 'node:http';
import { type TLSSocket } from 'node:tls';
import { makeCa, makeCertificate } from '#libs/pki';
import { logQuery, writeLog } from './log-reader.js';
import { type ContainerLog } from './log.js';
import { type NodePods } from './pods.js';
import { NoLog } from './runs.js';

/** What `kubectl` needs a container's own file system and network for. */
const STREAMS = new Set(['exec', 'attach', 'portForward']);
const NO_STREAMS =
  'is not possible: the pods of this node are processes of the machine itself. Read their logs, or reach them through their Service.';

/** GET /containerLogs/NAMESPACE/POD/CONTAINER, as the API server asks a kubelet. Listens on a free port of 127.0.0.1. */
export class Kubelet {
  private server: Server | undefined;

  /** @param clientCa PEM of the authority whose certificates may ask: the API server's */
  constructor(
    private readonly pods: Pick<NodePods, 'find'>,
    private readonly clientCa: string | Buffer,
  ) {}

  /** @returns the port */
  async start(): Promise<number> {
    const ca = await makeCa({ cn: 'node' });
    const { cert, key } = await makeCertificate(ca, {
      cn: 'system:node:local',
      dns: ['localhost', 'local'],
      ips: ['127.0.0.1'],
    });
    const options = { cert, key, ca: this.clientCa, requestCert: true, rejectUnauthorized: false };
    const server = createServer(options, (request, response) => this.answer(request, response));
    this.server = server;
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(0, '127.0.0.1', resolve);
    });
    const address = server.address();
    return typeof address === 'object' && address ? address.port : 0;
  }

  async stop(): Promise<void> {
    const { server } = this;
    if (!server) return;
    server.closeAllConnections();
    await new Promise<void>((resolve) => server.close(() => resolve()));
  }

  private answer(request: IncomingMessage, response: ServerResponse): void {
    if (!(request.socket as TLSSocket).authorized) return end(response, 401, 'Unauthorized');
    const url = new URL(request.url ?? '/', 'https://localhost');
    const [, call, namespace = '', name = '', container = ''] = url.pathname.split('/').map(decodeURIComponent);
    if (STREAMS.has(call ?? '')) return end(response, 501, `${call} ${NO_STREAMS}`);
    if (request.method !== 'GET' || call !== 'containerLogs') return end(response, 404, '404 page not found');
    const query = logQuery(url.searchParams);
    const log = this.find(namespace, name, container, query.previous);
    if (log instanceof NoLog) return end(response, 400, log.message);
    if (!log) return end(response, 404, `container ${container} of pod ${namespace}/${name} is not on this node`);
    response.writeHead(200, { 'content-type': 'text/plain; charset=utf-8' });
    response.flushHeaders();
    const gone = new AbortController();
    response.once('close', () => gone.abort());
    void writeLog(log, query, response, gone.signal).finally(() => response.end());
  }

  private find(namespace: string, pod: string, container: string, previous: boolean): ContainerLog | NoLog | undefined {
    try {
      return this.pods.find(namespace, pod)?.log(container, previous);
    } catch (error) {
      if (error instanceof NoLog) return error;
      throw error;
    }
  }
}

function end(response: ServerResponse, code: number, message: string): void {
  response.writeHead(code, { 'content-type': 'text/plain; charset=utf-8' });
  response.end(`${message}\n`);
}
