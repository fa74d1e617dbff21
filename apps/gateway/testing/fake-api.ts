import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { type AddressInfo, type Socket } from 'node:net';
import { requestInfo } from '#libs/policy';
import { kubeconfigOf, Upstream } from '#libs/kube';
import { type WebSocket, WebSocketServer } from 'ws';
import { json } from '../../../libs/kube/testing/server.js';
import { ApiFault, mergePatch, ObjectStore, type Stored } from './object-store.js';
import { refuseInvalid } from './schemas.js';

export { json };

export interface Seen {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

type Answer = (req: IncomingMessage, res: ServerResponse, body: string) => boolean;

/**
 * A Kubernetes API server over real sockets, as far as the gateway talks to one: objects with list, watch, patch and
 * locking; tokens; guests whose consoles echo. Everything that came in is noted, headers and all.
 */
export class FakeApi {
  readonly objects = new ObjectStore();
  readonly seen: Seen[] = [];
  /** The guests' sides of open consoles, by the path and query that the gateway asked for. */
  readonly guests: { url: string; socket: WebSocket; request: IncomingMessage }[] = [];
  /** Asked first; true: it has answered. */
  answer: Answer = () => false;
  /** Where set, upgrades are answered with it. */
  refuseUpgrade: { code: number; body: string } | undefined;
  /** The same for upgrades. */
  answerUpgrade: (req: IncomingMessage, socket: Socket) => boolean = () => false;
  /** What a SelfSubjectAccessReview says. */
  may: (authorization: string | undefined, asked: Record<string, string>) => boolean = () => true;
  /** What a LocalSubjectAccessReview says of an issuer; undefined: the gateway may not ask. */
  issuerMay: (user: string, asked: Record<string, string>) => boolean | undefined = () => true;
  /** Watches stay silent and new ones are refused. */
  mute = false;
  readonly #server: Server;
  readonly #websockets = new WebSocketServer({ noServer: true, perMessageDeflate: false });
  readonly #sockets = new Set<Socket>();

  constructor() {
    this.#server = createServer((req, res) => void this.serve(req, res));
    this.#server.on('connection', (socket) => {
      this.#sockets.add(socket);
      socket.once('close', () => this.#sockets.delete(socket));
    });
    this.#server.on('upgrade', (req: IncomingMessage, socket: Socket, head: Buffer) => this.upgrade(req, socket, head));
  }

  static async start(): Promise<FakeApi> {
    const api = new FakeApi();
    await api.listen();
    return api;
  }

  async listen(): Promise<void> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
  }

  /** Requests that were forwarded: those that carry another token than the gateway's own. */
  get forwarded(): Seen[] {
    return this.seen.filter(({ headers }) => headers.authorization !== 'Bearer own-token');
  }

  /** For one gateway, which closes it. */
  upstream(): Upstream {
    const { port } = this.#server.address() as AddressInfo;
    return new Upstream(kubeconfigOf({ server: `http://127.0.0.1:${port}` }, { token: 'own-token' }));
  }

  async close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  private async serve(req: IncomingMessage, res: ServerResponse): Promise<void> {
    let body = '';
    for await (const chunk of req) body += String(chunk);
    const { method = 'GET', url = '', headers } = req;
    this.seen.push({ method, url, headers, body });
    if (unacceptable(req)) {
      res.writeHead(406, { 'content-type': 'text/plain; charset=utf-8' }).end(NOT_ACCEPTABLE);
      return;
    }
    if (this.answer(req, res, body)) return;
    try {
      this.store(req, res, body);
    } catch (error) {
      if (!(error instanceof ApiFault)) throw error;
      const { code, reason, message } = error;
      json(res, { kind: 'Status', apiVersion: 'v1', status: 'Failure', message, reason, code }, code);
    }
  }

  private store(req: IncomingMessage, res: ServerResponse, text: string): void {
    const { method = 'GET', url = '', headers } = req;
    const { pathname, searchParams } = new URL(url, 'http://x');
    const { resource = '', name, subresource, verb } = requestInfo(method, pathname, searchParams.toString());
    const body = (text === '' || method === 'GET' ? {} : JSON.parse(text)) as Stored;
    if (subresource === 'token') return json(res, { status: tokenOf(name ?? '') }, 201);
    if (resource === 'selfsubjectaccessreviews') return json(res, this.review(headers.authorization, body), 201);
    if (resource === 'localsubjectaccessreviews') return json(res, this.reviewIssuer(body), 201);
    if (resource.endsWith('reviews')) return json(res, body, 201); // Answered, never kept.
    if (verb === 'watch') return this.watch(res, resource, searchParams);
    if (verb === 'list')
      return json(res, {
        metadata: { resourceVersion: this.objects.version },
        items: this.select(resource, searchParams),
      });
    if (method === 'POST' && searchParams.has('dryRun')) return json(res, refuseInvalid(resource, body), 201);
    if (method === 'POST') return json(res, this.objects.create(resource, refuseInvalid(resource, body)), 201);
    if (name === undefined) throw new ApiFault(405, 'MethodNotAllowed', 'no such verb here');
    if (method === 'GET') return json(res, this.objects.get(resource, name));
    if (method === 'PUT')
      return json(
        res,
        this.objects.update(resource, name, () => body),
      );
    if (method === 'DELETE') return json(res, this.objects.delete(resource, name, preconditions(body)));
    if (!headers['content-type']?.startsWith('application/merge-patch'))
      throw new ApiFault(415, 'Unsupported', 'patch type');
    json(
      res,
      this.objects.update(resource, name, (old) => refuseInvalid(resource, patched(old, body))),
    );
  }

  private review(authorization: string | undefined, { spec }: Stored): Stored {
    const asked = spec?.['resourceAttributes'] as Record<string, string>;
    return { metadata: {}, status: { allowed: this.may(authorization, asked) } };
  }

  private reviewIssuer({ spec }: Stored): Stored {
    const allowed = this.issuerMay(String(spec?.['user']), spec?.['resourceAttributes'] as Record<string, string>);
    if (allowed === undefined) throw new ApiFault(403, 'Forbidden', 'cannot create localsubjectaccessreviews');
    return { metadata: {}, status: { allowed } };
  }

  private select(resource: string, query: URLSearchParams): Stored[] {
    const name = /^metadata\.name=(.*)$/.exec(query.get('fieldSelector') ?? '')?.[1];
    const label = query.get('labelSelector');
    return this.objects
      .list(resource)
      .filter(({ metadata }) => name === undefined || metadata.name === name)
      .filter(({ metadata }) => label === null || metadata.labels?.[label] !== undefined);
  }

  private watch(res: ServerResponse, resource: string, query: URLSearchParams): void {
    if (this.mute) throw new ApiFault(503, 'ServiceUnavailable', 'muted');
    res.writeHead(200, { 'content-type': 'application/json' });
    res.flushHeaders();
    const since = Number(query.get('resourceVersion') ?? 0);
    for (const object of this.select(resource, query)) {
      if (Number(object.metadata.resourceVersion) > since) res.write(`${JSON.stringify({ type: 'ADDED', object })}\n`);
    }
    const label = query.get('labelSelector');
    const stop = this.objects.onChange((changed, change) => {
      if (changed !== resource || this.mute) return;
      if (label !== null && change.object.metadata.labels?.[label] === undefined) return;
      res.write(`${JSON.stringify(change)}\n`);
    });
    const timer = setTimeout(() => res.end(), Number(query.get('timeoutSeconds') ?? 60) * 1000);
    res.once('close', () => {
      clearTimeout(timer);
      stop();
    });
  }

  private upgrade(req: IncomingMessage, socket: Socket, head: Buffer): void {
    const { method = '', url = '', headers } = req;
    this.seen.push({ method, url, headers, body: '' });
    if (this.answerUpgrade(req, socket)) return;
    if (this.refuseUpgrade !== undefined) {
      const { code, body } = this.refuseUpgrade;
      socket.end(
        `HTTP/1.1 ${code} No\r\ncontent-length: ${Buffer.byteLength(body)}\r\nconnection: close\r\n\r\n${body}`,
      );
      return;
    }
    this.#websockets.handleUpgrade(req, socket, head, (guest) => {
      this.guests.push({ url, socket: guest, request: req });
      guest.send(Buffer.from('RFB 003.008\n'));
      guest.on('message', (data: Buffer) => guest.send(data));
    });
  }
}

const NOT_ACCEPTABLE = '406: Not Acceptable\n\nAvailable representations: ';

/** virt-api declares no representation of its actions and screenshots: there it takes nothing but a wildcard. */
function unacceptable({ method, url = '', headers: { accept = '*/*' } }: IncomingMessage): boolean {
  const [path = ''] = url.split('?');
  const undeclared = method === 'PUT' || path.endsWith('/vnc/screenshot');
  return path.startsWith('/apis/subresources.kubevirt.io/') && undeclared && !accept.includes('*/*');
}

function patched(old: Stored, patch: Stored): Stored {
  const { uid, resourceVersion, ...metadata } = patch.metadata ?? {};
  if (uid !== undefined && uid !== old.metadata.uid) throw new ApiFault(409, 'Conflict', 'another uid');
  const next = mergePatch(old, { ...patch, metadata }) as Stored;
  const { resourceVersion: _, ...kept } = next.metadata;
  return { ...next, metadata: { ...kept, ...(resourceVersion === undefined ? {} : { resourceVersion }) } };
}

function preconditions(body: unknown): { uid?: string; resourceVersion?: string } {
  return (body as { preconditions?: { uid?: string; resourceVersion?: string } }).preconditions ?? {};
}

function tokenOf(account: string): { token: string; expirationTimestamp: string } {
  return { token: `token-of-${account}`, expirationTimestamp: new Date(Date.now() + 3_600_000).toISOString() };
}
