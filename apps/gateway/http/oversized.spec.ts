import { once } from 'node:events';
import { createServer } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { describe, expect, it } from 'vitest';
import { call, PUBLIC_HOST, sendRaw } from '../testing/clients.js';
import { type TestGateway, until, VNC } from '../testing/gateway.js';
import { useGateway } from '../testing/use-gateway.js';
import { answerUnreadable } from './oversized.js';

const PODS = '/k8s/api/v1/namespaces/ns/pods';
const { gateway } = useGateway();

/** Sends a head in pieces, each when the one before has been read. @returns the answer */
async function sendSlowly({ server, port }: TestGateway, head: string): Promise<string> {
  const connected = once(server, 'connection') as Promise<[Socket]>;
  const client = connect(port, '127.0.0.1').setNoDelay();
  let received = '';
  client.on('data', (data) => (received += data.toString()));
  const closed = once(client, 'close');
  const [socket] = await connected;
  for (let at = 0; at < head.length && received === ''; at += PIECE) {
    client.write(head.slice(at, at + PIECE));
    await until(() => socket.bytesRead >= Math.min(at + PIECE, head.length) || received !== '');
  }
  await closed;
  return received;
}

const PIECE = 3000;

it('431 with a Status for a token of a megabyte in a header and in the address', async () => {
  const huge = 'x'.repeat(1024 * 1024);
  for (const bytes of [
    `GET ${PODS} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${huge}\r\n\r\n`,
    `GET /auth/jwt/set?token=${huge} HTTP/1.1\r\nHost: x\r\n\r\n`,
  ]) {
    const answer = await sendRaw(gateway.port, bytes);
    expect(answer).toMatch(/^HTTP\/1\.1 431 /);
    expect(answer).toContain('"kind":"Status"');
  }
});

const foreign = (count: number): string =>
  Array.from({ length: count }, (_, i) => `foreign-${i}=${'x'.repeat(32)}`).join('; ');

describe.each([
  ['one cookie', `a=${'x'.repeat(16 * 1024)}`],
  ['many cookies', foreign(400)],
  ['very many cookies', foreign(1000)],
])('431 names the cookies without which the request would fit: %s', (_what, cookies) => {
  const head = (path: string, headers: string): string =>
    `GET ${path} HTTP/1.1\r\nHost: x\r\n${headers}\r\nCookie: ${cookies}\r\n`;

  it.each(['/l', PODS, `/auth/jwt/set?token=${'x'.repeat(12_000)}`])('to people: %.20s', async (path) => {
    const page = await sendRaw(gateway.port, `${head(path, 'Connection: close\r\nAccept: text/html,*/*;q=0.8')}\r\n`);
    expect(page).toMatch(/^HTTP\/1\.1 431 [^]*content-type: text\/html/);
    expect(page).toMatch(/<h1>Too many cookies<\/h1>[^]*Delete the cookies of this site/);
    expect(/content-security-policy: sandbox/.test(page)).toBe(path === PODS);
  });

  it.each([
    ['of a request', 'Connection: close\r\n'],
    ['of an upgrade', 'Connection: Upgrade\r\nUpgrade: websocket\r\n'],
  ])('to programs: %s', async (_of, more) => {
    const answer = await sendRaw(gateway.port, `${head(VNC, 'Accept: application/json')}${more}\r\n`);
    expect(answer).toMatch(/^HTTP\/1\.1 431 [^]*"message":"[^"]*cookies[^"]*"/);
  });

  it('when they come in small pieces', async () => {
    const sent = `${head('/l', 'Connection: close\r\nAccept: text/html')}\r\n`;
    expect(await sendSlowly(gateway, sent)).toMatch(/^HTTP\/1\.1 431 [^]*<h1>Too many cookies<\/h1>/);
  });
});

it('431 names them beyond what is read, too, though only the last piece is known then', async () => {
  const head = `GET /l HTTP/1.1\r\nHost: x\r\nAccept: text/html\r\nCookie: ${foreign(10_000)}\r\n\r\n`;
  expect(await sendSlowly(gateway, head)).toMatch(/^HTTP\/1\.1 431 [^]*<h1>Too many cookies<\/h1>/);
});

it.each([
  [
    'a header',
    (long: string) =>
      `GET ${PODS} HTTP/1.1\r\nHost: x\r\nConnection: close\r\nCookie: a=b; c=d\r\nX-Long: ${long}\r\n\r\n`,
  ],
  [
    'the address',
    (long: string) => `GET /l?${long} HTTP/1.1\r\nHost: x\r\nConnection: close\r\nCookie: a=b; c=d\r\n\r\n`,
  ],
])('431 does not blame cookies for %s, whether or not it comes at once', async (_what, head) => {
  for (const length of [17_000, 300_000]) {
    for (const send of [sendRaw.bind(undefined, gateway.port), sendSlowly.bind(undefined, gateway)]) {
      const answer = await send(head('x'.repeat(length)));
      expect(answer).toMatch(/^HTTP\/1\.1 431 [^]*"message":"The address or the headers are larger than 16 KiB\./);
    }
  }
});

it('what is just small enough is served', async () => {
  const { status } = await call(gateway.port, '/healthz', { headers: { cookie: 'x'.repeat(16_000) } });
  expect(status).toBe(200);
});

it('408 where the head does not come in time, as browsers expect on a connection that they opened early', async () => {
  const server = createServer({ headersTimeout: 20, connectionsCheckingInterval: 10 });
  server.on('clientError', answerUnreadable).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  for (const sent of ['', 'GET / HTTP/1.1\r\nHost: x\r\n']) {
    const answer = await sendRaw(port, sent);
    expect(answer).toMatch(/^HTTP\/1\.1 408 [^]*"message":"The request did not arrive in time\. Try again\."/);
  }
  server.close();
});

it.each([
  ['without a Host', '', 400, 'The request has no Host header.'],
  [
    'with an expectation',
    'Host: x\r\nExpect: foo\r\n',
    417,
    'The only expectation that the gateway supports is 100-continue.',
  ],
])('a sentence for a request %s', async (_what, headers, code, said) => {
  for (const path of ['/l', PODS]) {
    const head = `GET ${path} HTTP/1.1\r\n${headers}Connection: close\r\n`;
    const answer = await sendRaw(gateway.port, `${head}\r\n`);
    expect(answer).toMatch(new RegExp(`^HTTP/1\\.1 ${code} [^]*"message":"${said}`));
    const page = await sendRaw(gateway.port, `${head}Accept: text/html\r\n\r\n`);
    expect(page).toMatch(new RegExp(`^HTTP/1\\.1 ${code} [^]*<p>${said}`));
  }
});

it('400 for an upgrade without a Host', async () => {
  const head = `GET ${VNC} HTTP/1.1\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n`;
  expect(await sendRaw(gateway.port, head)).toMatch(/^HTTP\/1\.1 400 [^]*"message":"The request has no Host header\./);
});

it('405 for CONNECT', async () => {
  const answer = await sendRaw(gateway.port, 'CONNECT example.com:443 HTTP/1.1\r\nHost: example.com:443\r\n\r\n');
  expect(answer).toMatch(/^HTTP\/1\.1 405 [^]*"message":"The gateway is not a proxy for other hosts\./);
});

describe('pages carry the headers of every page, under TLS also HSTS', () => {
  const COOKIES = `Cookie: a=${'x'.repeat(16 * 1024)}\r\n`;
  const HOST = `Host: ${PUBLIC_HOST}\r\n`;

  it.each([
    ['cookies of a request', `GET /l HTTP/1.1\r\n${HOST}${COOKIES}`, true],
    ['cookies under /k8s', `GET ${PODS} HTTP/1.1\r\n${HOST}${COOKIES}`, true],
    [
      'cookies of an upgrade',
      `GET ${VNC} HTTP/1.1\r\n${HOST}Connection: Upgrade\r\nUpgrade: websocket\r\n${COOKIES}`,
      true,
    ],
    ['an expectation', `GET /l HTTP/1.1\r\n${HOST}Expect: foo\r\n`, true],
    ['CONNECT', `CONNECT ${PUBLIC_HOST} HTTP/1.1\r\n${HOST}`, true],
    ['cookies at a public URL without TLS', `GET /l HTTP/1.1\r\nHost: localhost:8080\r\n${COOKIES}`, false],
    ['a request without a Host', 'GET /l HTTP/1.1\r\n', false],
    ['what the parser refuses', `GET /l HTTP/1.1\r\n${HOST}Cookie: ${foreign(10_000)}\r\n`, false],
  ])('%s', async (_of, head, tls) => {
    const close = head.includes('Upgrade') ? '' : 'Connection: close\r\n';
    const answer = await sendRaw(gateway.port, `${head}${close}Accept: text/html\r\n\r\n`);
    expect(answer).toMatch(/^HTTP\/1\.1 4\d\d [^]*content-type: text\/html/);
    expect(answer).toContain('\r\ncross-origin-opener-policy: same-origin\r\n');
    expect(answer).toContain('\r\nx-content-type-options: nosniff\r\n');
    expect(answer.includes('\r\nstrict-transport-security: ')).toBe(tls);
  });
});

it('HTTP/1.0 needs no Host', async () => {
  expect(await sendRaw(gateway.port, 'GET /healthz HTTP/1.0\r\n\r\n')).toMatch(/^HTTP\/1\.1 200 /);
});

it('413 with a Status in a body', async () => {
  const body = JSON.stringify({ token: 'x'.repeat(1024 * 1024) });
  const reply = await call(gateway.port, '/auth/jwt/set', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body,
  });
  expect(reply.status).toBe(413);
  expect(JSON.parse(reply.body)).toMatchObject({ kind: 'Status', code: 413 });
});
