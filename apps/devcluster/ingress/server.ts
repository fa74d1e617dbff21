import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import { createServer as createTcpServer, type Server as TcpServer } from 'node:net';
import { type Duplex } from 'node:stream';
import { refuse, refuseUpgrade } from './answers.js';
import { type Certificates } from './certificates.js';
import { connectFirst, forward, forwardUpgrade, type Scheme, tunnel } from './forward.js';
import { type Backend } from './routes.js';
import { type RouteTable } from './table.js';

const LOCAL = new Set(['localhost', '127.0.0.1', '[::1]']);

/** How large headers may be is the pods' to say: they have the words for it. */
const MAX_HEADER = 4 << 20;

const NO_POD = 'No pod of this gateway is ready. Try again in a moment; "kubectl get pods" shows their state.';

/** One request, or one upgrade, from the front to a pod. */
export class Doors {
  /** @param isReady whether everything is ready; until then, /readyz on localhost is answered here */
  constructor(
    private readonly table: RouteTable,
    private readonly isReady: () => boolean,
  ) {}

  http(): Server {
    return this.wire(createServer({ maxHeaderSize: MAX_HEADER, shouldUpgradeCallback: isWebsocket }), 'http');
  }

  async https(certificates: Certificates): Promise<Server> {
    const server = createSecureServer({
      maxHeaderSize: MAX_HEADER,
      shouldUpgradeCallback: isWebsocket,
      // Clients that name no host (an address in the URL) get a certificate for localhost.
      ...(await certificates.certify('localhost')),
      SNICallback: (host, done) => {
        certificates.contextFor(host.toLowerCase()).then(
          (context) => done(null, context),
          (error: Error) => done(error),
        );
      },
    });
    return this.wire(server, 'https');
  }

  /** Connections as they come, to one Service: nothing else here routes its address. */
  tcp(backend: Backend): TcpServer {
    return createTcpServer((client) => {
      client.on('error', () => undefined);
      void connectFirst(this.table.endpoints(backend)).then((socket) => tunnel(client, socket));
    });
  }

  private wire(server: Server, scheme: Scheme): Server {
    server.on('request', (req, res) => void this.request(req, res, scheme));
    server.on('checkContinue', (req, res) => void this.request(req, res, scheme));
    server.on('upgrade', (req, socket, head) => void this.upgrade(req, socket, head, scheme));
    // Consoles, watches and uploads last as long as they like.
    server.requestTimeout = 0;
    server.timeout = 0;
    return server;
  }

  private async request(req: IncomingMessage, res: ServerResponse, scheme: Scheme): Promise<void> {
    const host = hostOf(req);
    if (host === undefined && req.url === '/readyz' && !this.isReady()) {
      return refuse(res, 503, 'The cluster is still starting.');
    }
    const backend = this.table.backend(host);
    if (!backend) return refuse(res, 404, 'No Ingress has a rule for this host.');
    const socket = await connectFirst(this.table.endpoints(backend));
    if (!socket) return refuse(res, 503, NO_POD);
    if (res.destroyed) return void socket.destroy();
    forward(req, res, socket, scheme, (error) => refuse(res, 502, `The pod did not respond: ${error.message}`));
  }

  private async upgrade(req: IncomingMessage, client: Duplex, head: Buffer, scheme: Scheme): Promise<void> {
    client.on('error', () => undefined);
    const backend = this.table.backend(hostOf(req));
    if (!backend) return refuseUpgrade(client, 404, 'No Ingress has a rule for this host.');
    const socket = await connectFirst(this.table.endpoints(backend));
    if (!socket) return refuseUpgrade(client, 503, NO_POD);
    if (client.destroyed) return void socket.destroy();
    forwardUpgrade(req, client, head, socket, scheme);
  }
}

/**
 * What becomes a tunnel (RFC 6455, section 4.1); node has seen that `Connection` names the upgrade. Anything else is an
 * ordinary request whose Upgrade header ends here: a tunnel would hand over what is never read as a request again.
 */
function isWebsocket({ method, httpVersion, headers }: IncomingMessage): boolean {
  return method === 'GET' && httpVersion === '1.1' && headers.upgrade?.toLowerCase() === 'websocket';
}

/** The host that is asked for, lower case, without port; undefined where it is this machine. */
function hostOf({ headers }: IncomingMessage): string | undefined {
  const host = (headers.host ?? '').toLowerCase().replace(/:\d+$/, '');
  return LOCAL.has(host) ? undefined : host;
}
