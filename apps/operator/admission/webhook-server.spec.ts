import { once } from 'node:events';
import { type IncomingMessage } from 'node:http';
import { Agent, request } from 'node:https';
import { text } from 'node:stream/consumers';
import { type TLSSocket } from 'node:tls';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { makeCa, makeCertificate, type PemPair } from '#libs/pki';
import { type WebhookKeys } from '../keys/webhook-keys.js';
import { Faults } from '../ops/faults.js';
import { type Mutator } from './mutator.js';
import { requestOf, ReviewError } from './review.js';
import { type Validator } from './validator.js';
import { WebhookServer } from './webhook-server.js';

const HOST = 'hook.ns.svc';
const config = { webhook: { service: 'hook', listen: { host: '127.0.0.1', port: 0 } } };

let ca: PemPair;
let server: WebhookServer;
let present: { serving: PemPair } | undefined;
let tell: () => void;
let warned: unknown[];
let decide: (body: unknown) => Promise<object>;

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
  const door = { answer: (body: unknown) => decide(body) };
  const faults = new Faults({ warn: (...line: unknown[]) => void warned.push(line), debug: () => undefined });
  const doors = [door as unknown as Mutator, door as unknown as Validator] as const;
  server = new WebhookServer(keys as unknown as WebhookKeys, ...doors, faults, config);
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
  { method = 'POST', type = 'application/json', agent = new Agent() } = {},
) {
  const headers = { 'content-type': type, 'content-length': Buffer.byteLength(body) };
  const to = { host: '127.0.0.1', port: server.port, servername: HOST, ca: ca.cert, agent };
  const sent = request({ ...to, method, path, headers }).end(body);
  const [answer] = (await once(sent, 'response')) as [IncomingMessage];
  const { CN } = (answer.socket as TLSSocket).getPeerCertificate().subject;
  return { code: answer.statusCode, said: await text(answer), type: answer.headers['content-type'], CN };
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

it('takes reviews of an update of the largest objects', async () => {
  await certify();
  decide = async (body) => ({ length: JSON.stringify(body).length });
  const body = JSON.stringify({ request: { object: 'x'.repeat(3 << 20), oldObject: 'y'.repeat(3 << 20) } });
  expect((await post('/validate', body)).said).toBe(`{"length":${body.length}}`);
});

describe('refuses, in words that the API server passes on', () => {
  beforeEach(() => certify());

  it.each([
    ['a longer body', 413, 'longer than 8mb', '/validate', `"${'x'.repeat(9 << 20)}"`, {}],
    ['what is no JSON', 400, 'not JSON', '/validate', '{hidden', {}],
    ['what is called otherwise', 400, 'Expected an AdmissionReview', '/validate', '{}', { type: 'text/plain' }],
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
