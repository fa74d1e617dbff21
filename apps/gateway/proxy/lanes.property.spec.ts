import { createServer as createHttpServer, type IncomingMessage, request as httpRequest } from 'node:http';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { kubeconfigOf, Upstream } from '#libs/kube';
import { parseRequest } from '#libs/policy';
import { Answers } from '../http/answers.js';
import { call } from '../testing/clients.js';
import { useGateway } from '../testing/use-gateway.js';
import { FastLane } from './fast-lane.js';
import { GeneralLane } from './general-lane.js';

const SILENCE_MS = 5000;
const RUNS = 300;
const identity = { token: 'of-the-guest', clientAddress: '192.0.2.1' };
const closers: (() => Promise<unknown>)[] = [];
const ports = { fast: 0, general: 0 };
/** Heads of requests as they came, and the answer to the next ones. */
let heads: string[] = [];
let answer: Buffer = Buffer.alloc(0);
let last = false;

beforeAll(async () => {
  const upstreamPort = await listen(createServer(serve));
  const server = `http://127.0.0.1:${upstreamPort}`;
  const answers = new Answers({ frameAncestors: [], publicUrls: [] });
  const log = { answerTo: (_where: string, error: unknown) => error as never };
  for (const lane of ['fast', 'general'] as const) {
    const upstream = new Upstream(kubeconfigOf({ server }, { token: 'own-token' }));
    const made = new { fast: FastLane, general: GeneralLane }[lane](upstream, answers, log, SILENCE_MS);
    closers.push(async () => made.close());
    const front = createHttpServer((req, res) => {
      const { method = '', url = '' } = req;
      const [path = '', query = ''] = url.split('?');
      const parsed = parseRequest(method, path, query);
      if (!parsed.ok) throw new Error(parsed.message);
      if (made instanceof FastLane) expect(made.takes(parsed.request, req.headers)).toBe(true);
      void made.web(req, res, parsed.request, identity);
    });
    ports[lane] = await listen(front);
  }
});
afterAll(async () => {
  for (const close of closers.reverse()) await close();
});

async function listen(server: Server): Promise<number> {
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => void sockets.add(socket.on('error', () => undefined)));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closers.push(async () => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return (server.address() as AddressInfo).port;
}

/** An upstream of raw bytes: it says what no library would. */
function serve(socket: Socket): void {
  let read = '';
  socket.on('data', (data) => {
    read += data.toString('latin1');
    if (!read.endsWith('\r\n\r\n')) return;
    heads.push(read);
    read = '';
    if (last) socket.end(answer);
    else socket.write(answer);
  });
}

interface Answer {
  status: number;
  early: boolean;
  framing: 'length' | 'chunked' | 'close';
  headers: [string, string][];
  pieces: Uint8Array[];
}

function bytesOf({ status, early, framing, headers, pieces }: Answer, method: string): Buffer {
  const bare = method === 'HEAD' || status === 204 || status === 304;
  const length = pieces.reduce((sum, piece) => sum + piece.length, 0);
  const frame = { length: `content-length: ${length}\r\n`, chunked: 'transfer-encoding: chunked\r\n', close: '' };
  const lines = headers.map(([name, value]) => `${name}: ${value}\r\n`).join('');
  const begin = early ? 'HTTP/1.1 103 Early Hints\r\nlink: </x>\r\n\r\n' : '';
  const head = `${begin}HTTP/1.1 ${status} Fine so\r\n${status === 204 ? '' : frame[framing]}${lines}\r\n`;
  const chunks = pieces.flatMap((piece) =>
    framing === 'chunked' && piece.length > 0
      ? [Buffer.from(`${piece.length.toString(16)}\r\n`), piece, Buffer.from('\r\n')]
      : [piece],
  );
  const end = framing === 'chunked' ? 'x' : '';
  const tail = end === '' ? [] : [Buffer.from('0\r\nx-trailer: late\r\n\r\n')];
  return Buffer.concat([Buffer.from(head, 'latin1'), ...(bare ? [] : [...chunks, ...tail])]);
}

/** Of this connection alone, or of the moment. */
const OWN = new Set(['connection', 'keep-alive', 'date']);

interface Seen {
  status: number | undefined;
  message: string | undefined;
  headers: string[];
  body: string;
  sent: string[];
}

async function through(
  port: number,
  options: { method: string; path: string; headers: [string, string][] },
): Promise<Seen> {
  heads = [];
  const res = await new Promise<IncomingMessage>((resolve, reject) => {
    const req = httpRequest(
      { port, host: '127.0.0.1', method: options.method, path: options.path, agent: false },
      resolve,
    );
    for (const [name, value] of options.headers) req.appendHeader(name, value);
    req.on('error', reject).end();
  });
  const chunks: Buffer[] = [];
  for await (const chunk of res) chunks.push(chunk as Buffer);
  const headers = Object.entries(res.headers).filter(([name]) => !OWN.has(name));
  const [line = '', ...lines] = (heads[0] ?? '').split('\r\n');
  const sent = lines.map((one) => one.replace(/^[^:]*/, (name) => name.toLowerCase()));
  return {
    status: res.statusCode,
    message: res.statusMessage,
    headers: headers.map(([name, value]) => `${name}: ${String(value)}`).sort(),
    body: Buffer.concat(chunks).toString('latin1'),
    sent: [line, ...sent.filter((one) => !one.startsWith('connection:')).sort()],
  };
}

const token = fc
  .stringMatching(/^[a-z][a-z0-9_-]{0,12}$/)
  .filter((name) => !/^(content-length|transfer-encoding|upgrade|host|expect|connection)$/.test(name));
const value = fc.stringMatching(/^[!-~\u00a1-\u00ff]([ -~\u00a1-\u00ff]{0,20}[!-~\u00a1-\u00ff])?$/);
const asked = fc.array(
  fc.oneof(
    fc.tuple(token, value),
    fc.constantFrom<[string, string]>(
      ['connection', 'x-hop, close'],
      ['x-hop', 'of this hop'],
      ['te', 'trailers'],
      ['Authorization', 'Bearer of-the-client'],
      ['cookie', 'kg-jwt-session-code=secret'],
      ['Impersonate-User', 'system:admin'],
      ['impersonate_group', 'system:masters'],
      ['X-Remote-User', 'system:admin'],
      ['x_forwarded_for', '198.51.100.1'],
      ['x-forwarded-for', '198.51.100.1'],
      ['accept', 'application/json'],
      ['accept', 'application/json;as=Table'],
      ['accept-encoding', 'gzip, br'],
      ['if-none-match', '"1"'],
      ['sec-fetch-site', 'same-origin'],
    ),
  ),
  { maxLength: 8 },
);
const said = fc.array(
  fc.oneof(
    fc.tuple(token, value),
    fc.constantFrom<[string, string]>(
      ['Set-Cookie', 'kg-jwt-session-code=theirs'],
      ['Set-Cookie', 'b=c'],
      ['content-type', 'text/html'],
      ['Content-Type', 'application/json'],
      ['content-encoding', 'gzip'],
      ['location', '/api/v1/other?x=1'],
      ['location', 'https://evil.example.com/'],
      ['Access-Control-Allow-Origin', '*'],
      ['Content-Security-Policy', 'none'],
      ['etag', '"1"'],
      ['warning', '299 - "a"'],
      ['warning', '299 - "b"'],
      ['retry-after', '1'],
      ['www-authenticate', 'Basic'],
      ['keep-alive', 'timeout=1'],
      ['trailer', 'x-trailer'],
    ),
  ),
  { maxLength: 10 },
);
const status = fc.constantFrom(200, 201, 204, 206, 301, 302, 304, 400, 401, 404, 409, 410, 429, 500, 503);
const pieces = fc.array(
  fc.oneof(
    fc.uint8Array({ maxLength: 40 }),
    fc.nat(70_000).map((size) => new Uint8Array(size).fill(65 + (size % 26))),
  ),
  { maxLength: 6 },
);
const answered = fc.record<Answer>({
  status,
  early: fc.boolean(),
  framing: fc.constantFrom('length', 'chunked', 'close'),
  headers: said,
  pieces,
});

describe('rows 1, 4 and 17: both lanes', () => {
  it('send the same, and return the same', async () => {
    const request = fc.record({
      method: fc.constantFrom('GET', 'HEAD'),
      path: fc.stringMatching(
        /^\/api\/v1\/[a-z0-9]{1,8}(\/[a-z0-9.~!$&'()*+,=:@-]{1,6}[a-z])?(\?[a-z=&%0-9?/:,;-]{0,20})?$/,
      ),
      headers: asked,
    });
    const property = fc.asyncProperty(request, answered, async (options, said) => {
      fc.pre(!/watch|follow/.test(options.path));
      answer = bytesOf(said, options.method);
      last = said.framing === 'close';
      const [fast, general] = [await through(ports.fast, options), await through(ports.general, options)];
      expect(fast).toEqual(general);
    });
    await fc.assert(property, { numRuns: RUNS });
  });
});

describe('rows 1 to 6, 10 and 18: a request by either lane', () => {
  const { cluster, gateway } = useGateway();

  /** A length of none is of no importance to anyone, but with it a request takes the general lane. */
  const GENERAL = { 'content-length': '0' };

  it('is judged the same', async () => {
    const pods = '/api/v1/namespaces/ns/pods';
    const good = await cluster.grant({ urls: [`${pods}*`, '/version'], verbs: ['get'] });
    const other = await cluster.grant({ urls: ['/version'], verbs: ['get', 'post'] });
    const ended = await cluster.grant({ urls: ['*'] }, { exp: Math.floor(Date.now() / 1000) - 5 });
    const revoked = await cluster.grant({ urls: ['*'] });
    cluster.revoke(revoked);
    const once = await cluster.grant({ urls: ['*'], 'single-use': true });
    const jwts = [good, other, ended, revoked, once].map(({ status: of }) => of?.token ?? '');
    const credential = fc.oneof(
      fc.constantFrom(...jwts, 'nonsense').map((jwt) => ({ authorization: `Bearer ${jwt}` })),
      fc.constantFrom(...jwts, '').map((jwt) => ({ cookie: `kg-jwt-session-code=${jwt}` })),
      fc.constantFrom({}, { authorization: 'Basic eDp5' }, { cookie: 'kg-sign-in=forged' }),
    );
    const path = fc.constantFrom(
      ...[pods, `${pods}/a`, `${pods}/a/log`, `${pods}/a/exec`, `${pods}//a`, `${pods}/../secrets`, `${pods}%2fa`],
      ...['/version', '/api/v1/namespaces/ns/secrets', '/apis/kubegateway.kubevirt.io/v1beta1/gatetokens', '/'],
      ...['/apis/subresources.kubevirt.io/v1/namespaces/ns/virtualmachineinstances/demo/vnc', `${pods}?limit=1`],
    );
    const more = fc.constantFrom<Record<string, string>>(
      {},
      { origin: 'https://evil.example.com' },
      { origin: 'https://gate.example.com' },
      { accept: 'text/html' },
      { 'impersonate-user': 'system:admin' },
      { host: 'other.example.com', accept: 'text/html' },
    );
    const method = fc.constantFrom('GET', 'HEAD');
    const property = fc.asyncProperty(method, path, credential, more, async (method, path, credential, more) => {
      const by = async (lane: Record<string, string>): Promise<unknown> => {
        const before = cluster.api.forwarded.length;
        const headers = { ...credential, ...more, ...lane };
        const { headers: returned, ...reply } = await call(gateway.port, `/k8s${path}`, { method, headers });
        const kept = Object.entries(returned).filter(([name]) => !OWN.has(name));
        return { reply, headers: kept.sort(), sent: cluster.api.forwarded.slice(before).map(sentAs) };
      };
      expect(await by({})).toEqual(await by(GENERAL));
    });
    await fc.assert(property, { numRuns: RUNS });
  });
});

function sentAs({
  method,
  url,
  headers,
}: {
  method: string;
  url: string;
  headers: IncomingMessage['headers'];
}): unknown {
  const { connection: _, 'content-length': __, ...rest } = headers;
  return { method, url, headers: rest };
}
