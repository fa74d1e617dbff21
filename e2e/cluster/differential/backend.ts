import { type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer } from 'node:https';
import { type AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';
import { type TLSSocket } from 'node:tls';
import { WebSocketServer } from 'ws';
import { makeCa, makeCertificate } from '#libs/pki';

/** What stands behind the API servers: admission webhooks (/hooks/...) and an aggregated API (/apis/...). */
export interface Backend {
  port: number;
  /** PEM, base64, as objects hold it. */
  caBundle: string;
  stop(): Promise<void>;
}

interface Review {
  request: {
    uid: string;
    operation: string;
    name: string;
    userInfo: { username: string };
    dryRun?: boolean;
    object?: { metadata: { annotations?: Record<string, string> } };
  };
}

const API = '/apis/differential.example.com/v1';
const NAMES = ['localhost', 'backend.default.svc'];

/** @param frontProxyCas PEMs: whose proxies may ask the aggregated API */
export async function startBackend(frontProxyCas: string[]): Promise<Backend> {
  const ca = await makeCa({ cn: 'differential-backend' });
  const own = await makeCertificate(ca, { cn: 'backend', dns: NAMES, ips: ['127.0.0.1'] });
  const tls = { ...own, ca: frontProxyCas, requestCert: true, rejectUnauthorized: false };
  const server = createServer(tls, (req, res) => void answer(req, res));
  const sockets = new WebSocketServer({ server, handleProtocols: ([first]) => first ?? false });
  sockets.on('connection', (socket) =>
    socket.on('message', (data: Buffer) => {
      socket.send(data.toString('utf8').toUpperCase());
      socket.close(4001, 'heard enough');
    }),
  );
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    caBundle: Buffer.from(ca.cert).toString('base64'),
    stop: () =>
      new Promise((resolve) => {
        for (const socket of sockets.clients) socket.terminate();
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function answer(req: IncomingMessage, res: ServerResponse): Promise<void> {
  const path = (req.url ?? '').split('?')[0] ?? '';
  if (path.startsWith('/hooks/')) {
    const { request } = (await json(req)) as Review;
    const response = HOOKS[path.slice('/hooks/'.length)]?.(request);
    if (!response) return send(res, 500, 'broken on purpose');
    const review = { uid: request.uid, ...response };
    return send(res, 200, { apiVersion: 'admission.k8s.io/v1', kind: 'AdmissionReview', response: review });
  }
  req.resume();
  send(res, ...aggregated(req, path));
}

function send(res: ServerResponse, code: number, body: object | string): void {
  const text = typeof body === 'string';
  res.writeHead(code, { 'content-type': text ? 'text/plain' : 'application/json' });
  res.end(text ? body : JSON.stringify(body));
}

const patch = (...operations: object[]): object => ({
  allowed: true,
  patchType: 'JSONPatch',
  patch: Buffer.from(JSON.stringify(operations)).toString('base64'),
});

const HOOKS: Record<string, ((request: Review['request']) => object) | undefined> = {
  allow: () => ({ allowed: true }),
  warn: () => ({ allowed: true, warnings: ['mind the gap', 'and the "quotes"'] }),
  deny: () => ({ allowed: false }),
  explain: ({ operation, name, userInfo }) => ({
    allowed: false,
    status: { code: 422, reason: 'Invalid', message: `${userInfo.username} may not ${operation} ${name}` },
  }),
  teapot: () => ({ allowed: false, status: { message: 'short and stout' } }),
  label: ({ dryRun }) => patch({ op: 'add', path: '/data/hooked', value: `dry run: ${dryRun}` }),
  /** Does what the object itself says. */
  obey: ({ object }) => patch(...(JSON.parse(object?.metadata.annotations?.['order'] ?? '[]') as object[])),
  misfit: () => patch({ op: 'remove', path: '/nothing/here' }),
};

/** The request as the aggregated API saw it: who asks comes by headers, behind the proxy's certificate. */
function aggregated(req: IncomingMessage, path: string): [number, object | string] {
  const resource = { name: 'mirrors', singularName: 'mirror', namespaced: true, kind: 'Mirror', verbs: ['get'] };
  const groupVersion = 'differential.example.com/v1';
  if (path === API) return [200, { kind: 'APIResourceList', apiVersion: 'v1', groupVersion, resources: [resource] }];
  if (!path.startsWith(API)) return [404, 'not here'];
  if (path.endsWith('/refused')) {
    return [409, { kind: 'Status', apiVersion: 'v1', status: 'Failure', reason: 'Conflict', message: 'no', code: 409 }];
  }
  if (path.endsWith('/text')) return [503, 'plain words'];
  const { headers, method, url } = req;
  return [
    200,
    {
      kind: 'Mirror',
      apiVersion: groupVersion,
      method,
      url,
      proxy: (req.socket as TLSSocket).authorized,
      client: (req.socket as TLSSocket).getPeerCertificate().subject.CN,
      user: headers['x-remote-user'],
      groups: headers['x-remote-group'],
      extra: Object.keys(headers).filter((name) => name.startsWith('x-remote-extra-')),
      authorization: headers.authorization,
      impersonated: headers['impersonate-user'],
    },
  ];
}
