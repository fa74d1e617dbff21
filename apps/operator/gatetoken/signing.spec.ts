import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { API_VERSION, type GateToken, RETIRED_KEYS } from '#libs/api';
import { type KubeObject, types } from '#libs/kube';
import { generateKeyPair, kidOf, parsePublicKey, thumbprint, toJwks } from '#libs/token';
import { base64 } from '../gateserver/material.js';
import { retiredFile } from '../keys/retired.js';
import { FakeCluster } from '../testing/fake-cluster.js';
import { tokenReconciler } from '../testing/reconcile.js';
import { sessionSecret } from '../testing/session-secret.js';
import { MANAGED_BY, OPERATOR } from '../cluster/labels.js';

const NOW = Date.parse('2030-01-01T12:00:00Z');
const LABELS = { [MANAGED_BY]: OPERATOR };
const NAMESAKE = { name: 't', namespace: 'n', uid: 'other', creationTimestamp: new Date(NOW).toISOString() };
const SPEC = { urls: ['/api/v1/namespaces/n/pods'], duration: '1h' };

type Pair = Awaited<ReturnType<typeof generateKeyPair>>;
let [first, second]: Pair[] = [];
beforeAll(async () => {
  [first, second] = await Promise.all([generateKeyPair(), generateKeyPair()]);
});
const publicKey = (pair = first) => parsePublicKey(pair?.['tls.crt'] ?? '');
const kid = (pair = first) => thumbprint(publicKey(pair));

let cluster: FakeCluster;
let events: string[];

beforeEach(() => {
  cluster = new FakeCluster();
  events = [];
  const metadata = { name: 'gs', namespace: 'n', uid: 'gs-uid' };
  const status = { 'secret-name': 'gs-jwt-secret' };
  cluster.put(types.gateServers, { metadata, spec: { route: 'gs.example.com' }, status } as KubeObject);
  cluster.put(types.secrets, sessionSecret('gs', metadata.uid));
  signWith(first);
  publish(first);
  token();
});

/** The key that signs, and those before it that are in force. */
function signWith(pair: Pair | undefined, ...retired: (Pair | undefined)[]): void {
  const list = retired.map((one) => ({ kid: kid(one), created: 'x', retired: 'x' }));
  const texts: [string, string][] = [
    ['tls.key', pair?.['tls.key'] ?? ''],
    ['tls.crt', pair?.['tls.crt'] ?? ''],
    ...retired.map((one): [string, string] => [retiredFile(kid(one)), one?.['tls.crt'] ?? '']),
  ];
  const annotations = { [RETIRED_KEYS]: JSON.stringify(list) };
  const data = Object.fromEntries(texts.map(([file, text]) => [file, base64(text)]));
  cluster.put(types.secrets, {
    metadata: { ...madeFor('gs-uid'), name: 'gs-jwt-secret', annotations },
    data,
  } as KubeObject);
}

/** What the gateway can read. */
function publish(...pairs: (Pair | undefined)[]): void {
  put(JSON.stringify(toJwks(pairs.map((one) => publicKey(one)))), 'gs-uid');
}

function madeFor(owner: string) {
  const reference = { apiVersion: API_VERSION, kind: 'GateServer', name: 'gs', uid: owner, controller: true };
  return { namespace: 'n', labels: LABELS, ownerReferences: [reference] };
}

function put(jwks: string, owner: string): void {
  const metadata = { ...madeFor(owner), name: 'gs-jwks' };
  cluster.put(types.configMaps, { metadata, data: { 'jwks.json': jwks } } as KubeObject);
}

function token(spec: GateToken['spec'] = SPEC): void {
  const metadata = { name: 't', namespace: 'n', uid: 't-uid', creationTimestamp: new Date(NOW).toISOString() };
  cluster.put(types.gateTokens, { metadata, spec } as KubeObject);
}

/** A new reconciler each time, as after a change of the leader. */
async function run(now = NOW) {
  await tokenReconciler(cluster, { now: () => now, record: (event) => events.push(event) }).reconcile('n/t');
  return (cluster.take(types.gateTokens, 't') as unknown as GateToken | undefined)?.status;
}

describe('a key that its gateway cannot read yet signs nothing', () => {
  it('a new token waits for it', async () => {
    publish(second);
    const waits = await run();
    expect(waits).toMatchObject({ phase: 'Pending', conditions: [{ reason: 'KeyNotPublished' }] });
    expect(waits).not.toHaveProperty('token');
    publish(second, first);
    expect((await run())?.phase).toBe('Ready');
  });

  it('a token that an earlier key signed stays', async () => {
    const before = await run();
    signWith(second, first);
    expect(await run()).toEqual(before);
    publish(second, first);
    expect(await run()).toEqual(before);
  });

  it.each([
    ['has written over the ConfigMap', () => put('x', 'gs-uid')],
    ['owns the ConfigMap', () => put(JSON.stringify(toJwks([publicKey()])), 'other-uid')],
  ])('a token waits where someone else %s', async (_what, spoil) => {
    spoil();
    expect((await run())?.phase).toBe('Pending');
  });

  it('where its Secret is gone, a token waits for the next key', async () => {
    cluster.remove(types.secrets, 'gs-jwt-secret');
    expect(await run()).toMatchObject({ phase: 'Pending', conditions: [{ reason: 'KeyNotPublished' }] });
    signWith(first);
    expect((await run())?.phase).toBe('Ready');
  });
});

describe('a token whose key is gone is signed again, and says so', () => {
  const again = { phase: 'Ready', conditions: [{ status: 'True', reason: 'SignedAgain' }] };

  it('with a warning, and for as long as it is the present one', async () => {
    const before = await run();
    const signer = async () => kidOf((await run())?.token ?? '');
    expect(await signer()).toBe(kid(first));
    signWith(second);
    publish(second);
    const after = await run();
    expect(after).toMatchObject(again);
    expect(after?.token).not.toBe(before?.token);
    expect(after?.conditions?.[0]?.message).toContain('the earlier token and what was opened with it have ended');
    expect(events).toEqual(['Warning SignedAgain']);
    expect(await run(NOW + 60_000)).toEqual(after);
    signWith(first);
    publish(first);
    expect(await run()).toMatchObject(again);
    expect(await signer()).toBe(kid(first));
    expect(events).toEqual(['Warning SignedAgain', 'Warning SignedAgain']);
  });

  it('when the next key is published, by a limit that was lowered since it was issued', async () => {
    const before = await run();
    const server = cluster.take(types.gateServers, 'gs');
    const spec = { route: 'gs.example.com', 'max-duration': '10m' };
    cluster.put(types.gateServers, { ...server, spec } as unknown as KubeObject);
    cluster.remove(types.secrets, 'gs-jwt-secret');
    expect(await run()).toEqual(before);
    signWith(second);
    expect(await run()).toEqual(before);
    publish(second);
    expect(await run()).toMatchObject(again);
  });

  it('not where its gateway has moved', async () => {
    const before = await run();
    const server = cluster.take(types.gateServers, 'gs');
    cluster.put(types.gateServers, { ...server, spec: { route: 'moved.example.com' } } as unknown as KubeObject);
    const after = await run();
    expect(after?.token).not.toBe(before?.token);
    expect(after?.conditions?.[0]?.reason).toBe('Signed');
  });

  it('which leaves links alone', async () => {
    token({ urls: SPEC.urls, 'link-hash': 'h'.repeat(43) });
    const before = await run();
    signWith(second);
    publish(second);
    expect(await run()).toEqual(before);
  });
});

describe('while a token is being signed', () => {
  const conflict = { status: 'rejected', reason: { code: 409 } };

  it('another leader may sign it too: one signature is written', async () => {
    const outcomes = await Promise.allSettled([run(), run()]);
    expect(outcomes).toMatchObject([{ status: 'fulfilled', value: { phase: 'Ready' } }, conflict]);
    cluster.written();
    await run();
    expect(cluster.written()).toEqual([]);
  });

  it.each<[string, () => unknown]>([
    ['be revoked', () => token({ ...SPEC, revoked: true })],
    ['be deleted and made anew', () => cluster.put(types.gateTokens, { metadata: NAMESAKE, spec: SPEC } as KubeObject)],
  ])('it may %s: the signature is not written', async (_what, happens) => {
    const signing = Promise.allSettled([run()]);
    happens();
    expect(await signing).toMatchObject([conflict]);
    expect(cluster.take(types.gateTokens, 't')).not.toHaveProperty('status');
  });
});
