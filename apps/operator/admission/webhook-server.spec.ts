import { once } from 'node:events';
import { type IncomingMessage } from 'node:http';
import { Agent, request } from 'node:https';
import { connect as connectTcp } from 'node:net';
import { text } from 'node:stream/consumers';
import { connect, type TLSSocket } from 'node:tls';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { makeCa, makeCertificate, type PemPair } from '#libs/pki';
import { type WebhookKeys } from '../keys/webhook-keys.js';
import { Faults } from '../ops/faults.js';
import { type Mutator } from './mutator.js';
import { requestOf, ReviewError } from './review.js';
import { LIMITS, ReviewHandler, type ReviewLimits } from './review-handler.js';
import { type Validator } from './validator.js';
import { WebhookServer } from './webhook-server.js';

const HOST = 'hook.ns.svc';
const config = { webhook: { service: 'hook', listen: { host: '127.0.0.1', port: 0 } } };

let ca: PemPair;
let server: WebhookServer;
let present: { serving: PemPair } | undefined;
let tell: () => void;
let warned: unknown[];
let limits: ReviewLimits;
let decide: (body: unknown, signal?: AbortSignal) => Promise<object>;

beforeAll(async () => {
  ca = await makeCa({ cn: 'test' });
});

beforeEach(async () => {
  warned = [];
  present = undefined;
  decide = async (body) => ({ seen: body });
  const keys = {
    get present() {
      return present;
    },
    onChange: (listener: () => void) => (tell = listener),
  };
  const door = { answer: (body: unknown, signal?: AbortSignal) => decide(body, signal) };
  const faults = new Faults({ warn: (...line: unknown[]) => void warned.push(line), debug: () => undefined });
  limits = { ...LIMITS, openingMs: 1_500 };
  const handler = new ReviewHandler(door as unknown as Mutator, door as unknown as Validator, faults, limits);
  server = new WebhookServer(keys as unknown as WebhookKeys, handler, config, limits);
  await server.start();
});

afterEach(() => server.stop());

async function certify(cn = 'first'): Promise<void> {
  const { cert, key } = await makeCertificate(ca, { cn, dns: [HOST] });
  present = { serving: { cert, key } };
  tell();
}

async function post(
  path: string,
  body: string,
  { method = 'POST', type = 'application/json', agent = new Agent(), encoding = '' } = {},
) {
  const headers = {
    ...{ 'content-type': type, 'content-length': Buffer.byteLength(body) },
    ...(encoding && { 'content-encoding': encoding }),
  };
  const to = { host: '127.0.0.1', port: server.port, servername: HOST, ca: ca.cert, agent };
  const sent = request({ ...to, method, path, headers }).end(body);
  const [answer] = (await once(sent, 'response')) as [IncomingMessage];
  const socket = answer.socket as TLSSocket;
  const { CN } = socket.getPeerCertificate().subject;
  return { code: answer.statusCode, said: await text(answer), type: answer.headers['content-type'], CN, socket };
}

it('answers nobody before it has a certificate, and takes another without a restart', async () => {
  await expect(post('/validate', '{}')).rejects.toThrow();
  await certify();
  expect(await post('/validate?timeout=10s', '{"a":1}')).toMatchObject({
    code: 200,
    said: '{"seen":{"a":1}}',
    CN: 'first',
  });
  await certify('second');
  expect(await post('/mutate', '{"a":2}')).toMatchObject({ code: 200, said: '{"seen":{"a":2}}', CN: 'second' });
});

it('answers what it was asked before it ends, and ends then', async () => {
  await certify();
  let finish = (): void => undefined;
  const finished = new Promise<void>((resolve) => (finish = resolve));
  const asked = new Promise<void>((resolve) => {
    decide = async () => {
      resolve();
      await finished;
      return { decided: true };
    };
  });
  const agent = new Agent({ keepAlive: true });
  const pending = post('/validate', '{}', { agent });
  await asked;
  const stopped = server.stop();
  finish();
  expect((await pending).said).toBe('{"decided":true}');
  await stopped;
  agent.destroy();
});

it('takes reviews of an update of the largest objects that are stored', async () => {
  await certify();
  decide = async (body) => ({ length: JSON.stringify(body).length });
  const body = JSON.stringify({ request: { object: 'x'.repeat(3 << 19), oldObject: 'y'.repeat(3 << 19) } });
  expect((await post('/validate', body)).said).toBe(`{"length":${body.length}}`);
});

describe('refuses, in words that the API server passes on', () => {
  beforeEach(() => certify());

  it('and keeps no connection of whoever asks for anything else', async () => {
    const agent = new Agent({ keepAlive: true, maxCachedSessions: 0 });
    const { socket } = await post('/healthz', '{}', { agent });
    await expect.poll(() => socket.destroyed).toBe(true);
    const kept = await post('/validate', '{}', { agent });
    expect((await post('/validate', '{}', { agent })).socket.localPort).toBe(kept.socket.localPort);
    agent.destroy();
  });

  it.each([
    [
      'a longer body',
      413,
      'longer than 4194304 bytes',
      '/validate',
      `"${'x'.repeat(5 << 20)}"`,
      { agent: new Agent({ keepAlive: true }) },
    ],
    ['what is no JSON', 400, 'not JSON', '/validate', '{hidden', {}],
    ['what is called otherwise', 400, 'Expected an AdmissionReview', '/validate', '{}', { type: 'text/plain' }],
    ['what is compressed', 400, 'not compressed', '/validate', '{}', { encoding: 'gzip' }],
    ['another path', 404, 'POST /mutate and /validate', '/healthz', '{}', {}],
    ['another method', 404, 'POST /mutate and /validate', '/validate', '', { method: 'GET' }],
  ])('%s', async (_what, code, words, path, body, options) => {
    decide = async (review) => requestOf(review);
    const answer = await post(path, body, options);
    expect(answer).toMatchObject({ code, type: 'text/plain; charset=utf-8' });
    expect(answer.said).toContain(words);
    expect(answer.said).not.toContain('hidden');
    expect(warned).toEqual([]);
  });

  it('what is no review', async () => {
    decide = () => Promise.reject(new ReviewError('request.uid: missing'));
    expect(await post('/mutate', '{}')).toMatchObject({ code: 400, said: 'request.uid: missing' });
  });

  it('a fault: it decides nothing, says nothing of the fault to the client, and logs it', async () => {
    decide = () => Promise.reject(new Error('hidden'));
    const answer = await post('/mutate', '{}');
    expect([answer.code, answer.said.includes('hidden')]).toEqual([500, false]);
    expect(warned).toHaveLength(1);
  });
});

/** A judge that answers nobody before it is told to; whom it was asked by, and whether they gave up. */
function holding() {
  const asked: { body: unknown; signal: AbortSignal | undefined }[] = [];
  let release = (): void => undefined;
  const released = new Promise<void>((resolve) => (release = resolve));
  decide = async (body, signal) => {
    asked.push({ body, signal });
    await released;
    return { decided: true };
  };
  return { asked, release };
}

describe('who does not get an answer', () => {
  beforeEach(() => certify());

  it('in time learns so (504): the work ends, and the connection', async () => {
    limits.answerMs = 200;
    const { asked } = holding();
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    const answer = await post('/validate', '{}', { agent });
    expect(answer).toMatchObject({ code: 504, type: 'text/plain; charset=utf-8' });
    expect(answer.said).toBe('The operator could not decide in time. Try again; if that does not help, see its log.');
    expect(asked[0]?.signal?.aborted).toBe(true);
    await expect.poll(() => answer.socket.destroyed).toBe(true);
    expect(warned).toEqual([]);
    agent.destroy();
  });

  it('because they left: the work ends', async () => {
    const { asked } = holding();
    const { port } = server;
    const headers = { 'content-type': 'application/json' };
    const to = {
      ...{ host: '127.0.0.1', port, servername: HOST, ca: ca.cert },
      method: 'POST',
      path: '/validate',
      headers,
    };
    const left = request(to).on('error', () => undefined);
    left.end('{}');
    await expect.poll(() => asked.length).toBe(1);
    left.destroy();
    await expect.poll(() => asked[0]?.signal?.aborted).toBe(true);
    expect(warned).toEqual([]);
  });
});

describe('of many reviews', () => {
  beforeEach(() => certify());

  it('a few are decided at a time, the others wait, and too many are told to try again (503)', async () => {
    Object.assign(limits, { atWork: 2, waiting: 3 });
    const { asked, release } = holding();
    const answers = Array.from({ length: 5 }, () => post('/validate', '{}'));
    await expect.poll(() => asked.length).toBe(2);
    await expect.poll(async () => (await post('/validate', '{}')).code).toBe(503);
    const { said } = await post('/validate', '{}');
    expect(said).toBe('The operator is busy with other reviews. Try again in a moment.');
    expect(asked).toHaveLength(2);
    release();
    expect((await Promise.all(answers)).map(({ code }) => code)).toEqual([200, 200, 200, 200, 200]);
  });

  it('one whose body does not come takes no turn, and is refused (408)', async () => {
    Object.assign(limits, { atWork: 1, waiting: 0, bodyMs: 500 });
    const socket = connect({ host: '127.0.0.1', port: server.port, servername: HOST, ca: ca.cert });
    socket.write('POST /validate HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 9\r\n\r\n{');
    const told = text(socket);
    await once(socket, 'secureConnect');
    expect((await post('/validate', '{"a":1}')).code).toBe(200);
    expect(await told).toMatch(/^HTTP\/1\.1 408 [^]*did not come within 500 ms/);
  });

  it('what asks the API server nothing waits for nobody', async () => {
    Object.assign(limits, { atWork: 1, waiting: 0 });
    const { asked, release } = holding();
    const held = decide;
    const answer = post('/validate', '{"request":{"operation":"CREATE"}}');
    await expect.poll(() => asked.length).toBe(1);
    decide = async () => ({ decided: true });
    const update = { operation: 'UPDATE', resource: { resource: 'gatetokens' } };
    expect((await post('/mutate', '{}')).code).toBe(200);
    expect((await post('/validate', JSON.stringify({ request: update }))).code).toBe(200);
    const server = { ...update, resource: { resource: 'gateservers' } };
    expect((await post('/validate', JSON.stringify({ request: server }))).code).toBe(503);
    decide = held;
    release();
    expect((await answer).code).toBe(200);
  });

  it('a large one is refused where the bodies take too much memory (503), a small one is not', async () => {
    Object.assign(limits, { bodies: 250_000, smallBody: 1_000 });
    const { asked, release } = holding();
    const large = JSON.stringify('x'.repeat(200_000));
    const first = post('/validate', large);
    await expect.poll(() => asked.length).toBe(1);
    expect((await post('/validate', large)).code).toBe(503);
    const small = post('/validate', '{}');
    await expect.poll(() => asked.length).toBe(2);
    release();
    expect([(await first).code, (await small).code, (await post('/validate', large)).code]).toEqual([200, 200, 200]);
  });
});

it('whoever is slow to begin is cut off: in a handshake, and with the headers of a request', async () => {
  await certify();
  const plain = connectTcp(server.port, '127.0.0.1');
  const slow = connect({ host: '127.0.0.1', port: server.port, servername: HOST, ca: ca.cert });
  slow.write('POST /validate HTTP/1.1\r\nhost: x\r\n');
  const [said] = await Promise.all([text(slow), once(plain, 'close')]);
  expect(said).toMatch(/^HTTP\/1\.1 408 /);
});

it('nothing is read of what is refused at once', async () => {
  await certify();
  const socket = connect({ host: '127.0.0.1', port: server.port, servername: HOST, ca: ca.cert });
  socket.write('POST /other HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 9000000\r\n\r\n');
  const [answer] = (await once(socket, 'data')) as [Buffer];
  expect(answer.toString()).toMatch(/^HTTP\/1\.1 404 /);
  socket.destroy();
});

it('whoever keeps connections open keeps nobody out: those that are idle longest end', async () => {
  await certify();
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  const used = await post('/validate', '{}', { agent });
  const idle = Array.from({ length: 120 }, () => connectTcp(server.port, '127.0.0.1').on('error', () => undefined));
  let open = 121;
  for (const socket of [used.socket, ...idle]) socket.once('close', () => (open -= 1)).resume();
  await expect.poll(() => open).toBeLessThanOrEqual(100);
  expect((await post('/validate', '{"a":1}')).code).toBe(200);
  expect(used.socket.destroyed).toBe(true);
  for (const socket of idle) socket.destroy();
  agent.destroy();
});
