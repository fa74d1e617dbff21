import { request } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { API_VERSION, type CheckResponse, type GateServer, type GateToken, type Status } from '#libs/api';
import { isKubeError, type KubeObject, types } from '#libs/kube';
import { adminClient } from './support/admin.js';
import { cluster } from './support/cluster.js';
import { bearer, json } from './support/gateway.js';
import { until } from './support/until.js';

const admin = adminClient();
const namespace = 'stored';
const PODS = `/api/v1/namespaces/${namespace}/pods`;
const REST = `/api/v1/namespaces/${namespace}/gatetokens`;
const own = (kind: string, name: string, spec: object) =>
  ({ apiVersion: API_VERSION, kind, metadata: { name, namespace }, spec }) as unknown as KubeObject;

const port = (): number => Number(new URL(cluster().url).port);
const url = (): string => `http://gate.stored.localhost:${port()}`;

/** A request to the gateway of the namespace, which fetch cannot make: it would look the host name up. */
async function ask(
  path: string,
  headers: Record<string, string>,
  body?: object,
): Promise<{ code: number; body: string }> {
  const method = body === undefined ? 'GET' : 'POST';
  const host = new URL(url()).host;
  return new Promise((resolve, reject) => {
    const sent = request({ host: '127.0.0.1', port: port(), path, method, headers: { ...headers, host } }, (reply) => {
      const parts: Buffer[] = [];
      reply.on('data', (part: Buffer) => parts.push(part));
      reply.once('end', () => resolve({ code: reply.statusCode ?? 0, body: Buffer.concat(parts).toString() }));
    });
    sent.once('error', reject);
    sent.end(body === undefined ? undefined : JSON.stringify(body));
  });
}

const post = (path: string, body: object) => ask(path, { ...bearer('admin'), ...json }, body);
const codeWith = async (jwt: string): Promise<number> =>
  (await ask(`/k8s${PODS}`, { authorization: `Bearer ${jwt}` })).code;

const read = (name: string): Promise<GateToken> => admin.get<GateToken>(types.gateTokens, name, namespace);
const make = (name: string, spec: object) =>
  admin.create(types.gateTokens, own('GateToken', name, { urls: [PODS], duration: '10m', ...spec }));
const inPhase = (name: string, phase: string): Promise<GateToken> =>
  until(`${name} is ${phase}`, async () => {
    const token = await read(name);
    return token.status?.phase === phase ? token : undefined;
  });
const conditionOf = ({ status }: GateToken) => status?.conditions?.find(({ type }) => type === 'Ready');

async function storeTokens(value: boolean): Promise<void> {
  const body = { spec: { 'store-tokens': value } };
  await admin.patch(types.gateServers, 'gate', namespace, body, 'merge');
}

beforeAll(async () => {
  await admin.create(types.namespaces, { metadata: { name: namespace } });
  const server = { route: 'gate.stored.localhost', 'public-urls': [url()], replicas: 1, expose: 'ingress' };
  await admin.create(types.gateServers, own('GateServer', 'gate', server));
});

afterAll(async () => {
  await admin.delete(types.namespaces, namespace);
  const isGone = (error: unknown): boolean => isKubeError(error, 404);
  await until('the namespace is gone', () => admin.get(types.namespaces, namespace).then(() => false, isGone), 60_000);
});

describe('row 8: a GateServer with store-tokens: false', () => {
  let jwt: string;

  it('revokes what was signed before, and removes it', async () => {
    await make('before', {});
    jwt = (await inPhase('before', 'Ready')).status?.token ?? '';
    await until('it opens', async () => (await codeWith(jwt)) === 200, 60_000);
    await storeTokens(false);
    const ended = await inPhase('before', 'Revoked');
    expect(ended.status).not.toHaveProperty('token');
    expect(ended.status).not.toHaveProperty('link');
    expect(conditionOf(ended)).toMatchObject({ status: 'False', reason: 'TokensNotStored' });
    expect(conditionOf(ended)?.message).toContain('because GateServer gate no longer stores tokens');
    await until('a copy of it is refused', async () => (await codeWith(jwt)) === 401);
  });

  it('signs no token: the condition names link-hash; links are Ready and leave nothing usable', async () => {
    await make('signed', {});
    await make('link', { 'link-hash': 'h'.repeat(43) });
    const refused = await inPhase('signed', 'Error');
    expect(refused.status).not.toHaveProperty('token');
    expect(conditionOf(refused)).toMatchObject({ reason: 'TokensNotStored' });
    expect(conditionOf(refused)?.message).toContain(`Create a GateToken with spec.link-hash instead`);
    expect(conditionOf(refused)?.message).toContain(`${url()}/l#CODE`);
    expect((await inPhase('link', 'Ready')).status).not.toHaveProperty('token');
  });

  it('its gateway refuses requests for a JWT at once, creates nothing, and issues links', async () => {
    const isRolledOut = async () => {
      const { metadata, status } = await admin.get<GateServer>(types.gateServers, 'gate', namespace);
      return status?.phase === 'Ready' && status['observed-generation'] === metadata.generation;
    };
    await until('the gateway knows it', isRolledOut, 60_000);
    const names = async () =>
      (await admin.list<GateToken>(types.gateTokens, namespace)).items.map(({ metadata }) => metadata.name);
    const before = await names();
    for (const [path, body] of [
      [`${REST}?token=true`, { urls: [PODS] }],
      ['/auth/jwt/request', { URLs: [PODS] }],
    ] as const) {
      const reply = await post(path, body);
      expect([path, reply.code, (JSON.parse(reply.body) as Status).message]).toEqual([
        path,
        409,
        expect.stringContaining('issues no JWTs: store-tokens is false'),
      ]);
    }
    const check = JSON.parse((await post(`${REST}/check?token=true`, { urls: [PODS] })).body) as CheckResponse;
    expect(check).toMatchObject({ allowed: false, problems: [expect.stringContaining('issues no JWTs')] });
    expect(await names()).toEqual(before);
    const link = await post(REST, { urls: [PODS], duration: '10m' });
    expect([link.code, link.body]).toEqual([201, expect.stringContaining(`${url()}/l#`)]);
  });

  it('switched on again it signs what waits, and revives nothing that it revoked', async () => {
    await storeTokens(true);
    const signed = (await inPhase('signed', 'Ready')).status?.token ?? '';
    await until('it opens', async () => (await codeWith(signed)) === 200);
    expect(await codeWith(jwt)).toBe(401);
    expect(conditionOf(await inPhase('before', 'Revoked'))).toMatchObject({ reason: 'TokensNotStored' });
  });
});
