import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import {
  type GateServer,
  type GateServerSpec,
  KEY_CREATED,
  RETIRED_KEYS,
  ROTATE,
  ROTATED,
  SIGNING_KEY,
} from '#libs/api';
import { type KubeObject, types } from '#libs/kube';
import { generateKeyPair, type Jwks, parsePublicKey, secretKeys, sign, thumbprint } from '#libs/token';
import { type SecretObject } from '../cluster/manifest.js';
import { retiredFile, type RetiredKey } from '../keys/retired.js';
import { OWNED } from '../cluster/watches.js';
import { FakeCluster } from '../testing/fake-cluster.js';
import { fixedKeys } from '../testing/fixed-keys.js';
import { serverReconciler } from '../testing/reconcile.js';
import { keyChanges } from './key-status.js';
import { base64, signingContent } from './material.js';
import { MOST_RETIRED, nextRotation, type SigningNeeds } from './rotation.js';

const NOW = Date.parse('2030-01-01T12:00:00Z');
const [SECOND, MINUTE, HOUR] = [1000, 60_000, 3_600_000];

/** RSA keys take time: made once, dealt out in turn. */
let pairs: { 'tls.key': string; 'tls.crt': string }[];
beforeAll(async () => {
  pairs = await Promise.all([1, 2, 3, 4].map(() => generateKeyPair()));
});
const kid = (index: number) => thumbprint(parsePublicKey(pairs[index]?.['tls.crt'] ?? ''));

describe('the signing key of a GateServer', () => {
  let cluster: FakeCluster;
  let now: number;
  let made: number;
  let events: string[];

  beforeEach(async () => {
    cluster = new FakeCluster();
    [now, made, events] = [NOW, 0, []];
    server();
    await run();
  });

  function server(annotations: Record<string, string> = {}, spec: Partial<GateServerSpec> = {}, uid = 'gs-uid'): void {
    const metadata = { name: 'gs', namespace: 'n', uid, generation: 1, annotations };
    const status = (cluster.take(types.gateServers, 'gs') as unknown as GateServer | undefined)?.status;
    const given = { route: 'gs.example.com', expose: 'none', ...spec };
    cluster.put(types.gateServers, { metadata, spec: given, ...(status ? { status } : {}) } as KubeObject);
  }

  /** @param gateServers what the watch shows; default: what there is */
  function reconciler(gateServers?: object) {
    const factory = Object.assign(fixedKeys('gs.example.com'), {
      keyPair: async () => pairs[made++] ?? { 'tls.key': '', 'tls.crt': '' },
    });
    const record = (event: string) => events.push(event);
    return serverReconciler(cluster, { factory, now: () => now, record, ...(gateServers && { gateServers }) });
  }

  /** A new reconciler each time, as after a change of the leader. */
  async function run() {
    return (await reconciler().reconcile('n/gs'))?.again;
  }

  /** A watch of GateServers that shows what there is now, until it is told to go on. */
  function laggingWatch() {
    let copies = structuredClone(cluster.cache(types.gateServers).list());
    return {
      get: (name: string) => copies.find(({ metadata }) => metadata.name === name),
      list: () => copies,
      index: () => () => copies,
      goOn: () => (copies = structuredClone(cluster.cache(types.gateServers).list())),
    };
  }

  /** A GateToken that the present key signed, until this time. */
  async function token(name: string, exp: number): Promise<void> {
    const data = cluster.take(types.secrets, 'gs-jwt-secret')?.['data'] as Record<string, string>;
    const claims = { URLs: ['/x'], verbs: ['get'], jti: name, nbf: NOW / SECOND, exp: exp / SECOND };
    const status = { phase: 'Ready', token: await sign(claims, secretKeys(data)), data: { exp: exp / SECOND } };
    cluster.put(types.gateTokens, { metadata: { name, namespace: 'n' }, spec: {}, status } as KubeObject);
  }

  const status = () => (cluster.take(types.gateServers, 'gs') as unknown as GateServer).status;
  const kids = () => status()?.keys?.map((key) => key.kid);
  const retires = (index: number) => Date.parse(status()?.keys?.find((key) => key.kid === kid(index))?.retires ?? '');
  const published = () => {
    const data = cluster.take(types.configMaps, 'gs-jwks')?.['data'] as Record<string, string>;
    return (JSON.parse(data['jwks.json'] ?? '') as Jwks).keys.map((key) => key.kid);
  };

  it('does not come back when its Secret is deleted while the operator works', async () => {
    const running = run(); // It has read the Secret.
    cluster.remove(types.secrets, 'gs-jwt-secret');
    await expect(running).rejects.toMatchObject({ code: 409 });
    expect(cluster.take(types.secrets, 'gs-jwt-secret')).toBeUndefined();
    await run();
    expect(kids()).toEqual([kid(1)]);
    expect(events).toContain('Warning KeyLost');
  });

  it('is replaced once for each value of the annotation, the old one published beside it', async () => {
    now += MINUTE;
    server({ [ROTATE]: 'leak' });
    await run();
    expect(kids()).toEqual([kid(1), kid(0)]);
    expect(published()).toEqual([kid(1), kid(0)]);
    expect(events).toContain('Normal KeyRotated');
    now += MINUTE;
    await run();
    server({});
    await run();
    server({ [ROTATE]: 'leak' });
    await run();
    expect(made).toBe(2);
    server({ [ROTATE]: 'another' });
    await run();
    expect(published()).toEqual([kid(2), kid(1), kid(0)]);
  });

  it('made for a GateServer with the annotation, answers it', async () => {
    cluster.remove(types.secrets, 'gs-jwt-secret');
    server({ [ROTATE]: 'at birth' });
    await run();
    now += MINUTE;
    await run();
    expect(made).toBe(2);
  });

  it('is replaced at most every ten seconds on request, and the last request is answered', async () => {
    now += 4 * SECOND;
    server({ [ROTATE]: '1' });
    expect(await run()).toBe(6 * SECOND);
    server({ [ROTATE]: '2' });
    now += 6 * SECOND;
    await run();
    expect(made).toBe(2);
    now += MINUTE;
    await run();
    expect(made).toBe(2);
  });

  it('stays in force until the last token that it signed has ended, and not a moment longer', async () => {
    const end = NOW + 5 * HOUR;
    await token('long', end);
    await token('short', NOW + HOUR);
    now += MINUTE;
    server({ [ROTATE]: 'now' });
    await run();
    expect(retires(0)).toBe(end);
    now = end - 10 * MINUTE;
    rollOut();
    expect(await run()).toBe(10 * MINUTE);
    expect(published()).toContain(kid(0));
    now = end;
    await run();
    expect(published()).toEqual([kid(1)]);
    expect(kids()).toEqual([kid(1)]);
    expect(Object.keys(cluster.take(types.secrets, 'gs-jwt-secret')?.['data'] ?? {})).toEqual(['tls.key', 'tls.crt']);
  });

  /** Then only the keys decide when to look again. */
  function rollOut(): void {
    const deployment = cluster.take(types.deployments, 'gs');
    const done = { observedGeneration: 1, updatedReplicas: 2, readyReplicas: 2 };
    cluster.put(types.deployments, { ...deployment, status: done } as KubeObject);
  }

  it('lives no longer for whoever can only annotate GateServers', async () => {
    now += MINUTE;
    server({ [ROTATE]: '1' });
    await run();
    const end = retires(0);
    expect(end).toBe(now + 10 * MINUTE);
    const entry = { kid: kid(0), created: '2029-01-01T00:00:00Z', retired: '2099-01-01T00:00:00Z' };
    const forged = {
      [RETIRED_KEYS]: JSON.stringify([entry]),
      [KEY_CREATED]: '2099-01-01T00:00:00Z',
      [ROTATED]: 'x',
      [SIGNING_KEY]: 'true',
    };
    for (const value of ['2', '3']) {
      now += MINUTE;
      server({ ...forged, [ROTATE]: value });
      await run();
      expect(retires(0)).toBe(end);
    }
    now = end;
    await run();
    expect(published()).not.toContain(kid(0));
  });

  it('leaves nothing of itself when its Secret is deleted, and an Event says so', async () => {
    now += MINUTE;
    server({ [ROTATE]: '1' });
    await run();
    cluster.remove(types.secrets, 'gs-jwt-secret');
    await run();
    expect(published()).toEqual([kid(2)]);
    expect(kids()).toEqual([kid(2)]);
    expect(events).toContain('Warning KeyLost');
  });

  it.each([
    ['KeyRotated', () => server({ [ROTATE]: '1' })],
    ['KeyLost', () => cluster.remove(types.secrets, 'gs-jwt-secret')],
    ['HostNotAllowed', () => server({}, { 'web-app': 'https://app.example.com' })],
  ])('gets one Event (%s), also while the watch shows the status before it', async (reason, replace) => {
    now += MINUTE;
    replace();
    events = [];
    const watch = laggingWatch();
    const operator = reconciler(watch);
    for (let runs = 0; runs < 3; runs += 1) await operator.reconcile('n/gs');
    watch.goOn();
    await operator.reconcile('n/gs');
    expect(events.filter((event) => event.endsWith(reason))).toHaveLength(1);
  });

  it('gets an Event each time that it is replaced, however late the watch is', async () => {
    const watch = laggingWatch();
    const operator = reconciler(watch);
    for (const value of ['1', '2']) {
      now += MINUTE;
      const { status: seen } = watch.get('gs') as GateServer;
      server({ [ROTATE]: value });
      watch.goOn();
      Object.assign(watch.get('gs') ?? {}, { status: seen });
      await operator.reconcile('n/gs');
    }
    expect(kids()).toEqual([kid(2), kid(1), kid(0)]);
    expect(events.filter((event) => event === 'Normal KeyRotated')).toHaveLength(2);
  });

  it('of a GateServer that was created again under its name is not compared with the one before', async () => {
    const operator = reconciler();
    now += MINUTE;
    server({ [ROTATE]: '1' });
    await operator.reconcile('n/gs');
    for (const type of [types.gateServers, ...OWNED])
      for (const { metadata } of cluster.cache(type).list()) cluster.remove(type, metadata.name ?? '');
    server({}, {}, 'another-uid');
    await operator.reconcile('n/gs');
    expect(kids()).toEqual([kid(2)]);
    expect(events).not.toContain('Warning KeyLost');
  });

  it('is replaced by one of two operators that are at it at once', async () => {
    now += MINUTE;
    server({ [ROTATE]: '1' });
    const { get } = cluster.client;
    // Between what the slow one read and what it writes, the other one has replaced the key.
    let reads = 0;
    const slowly = async (...args: Parameters<typeof get>): Promise<KubeObject> => {
      const found: KubeObject = await get(...args);
      const [type, name, , options] = args;
      const isRead = type === types.secrets && name === 'gs-jwt-secret' && options === undefined;
      if (isRead && reads++ === 0) await run();
      return found;
    };
    Object.assign(cluster.client, { get: slowly });
    await expect(run()).rejects.toMatchObject({ code: 409 });
    expect(published()).toEqual([kid(1), kid(0)]);
  });

  it('is replaced when nobody can tell how old it is', async () => {
    const secret = cluster.take(types.secrets, 'gs-jwt-secret') as SecretObject;
    const annotations = { ...secret.metadata.annotations, [KEY_CREATED]: 'never' };
    cluster.put(types.secrets, { ...secret, metadata: { ...secret.metadata, annotations } });
    await run();
    expect(kids()).toEqual([kid(1), kid(0)]);
  });
});

describe('too many keys in force', () => {
  const needs = (more: Partial<SigningNeeds> = {}): SigningNeeds => ({
    ...{ rotationMs: HOUR, keptMs: 10 * MINUTE, lastUse: new Map(), request: 'new' },
    ...more,
  });
  const stamp = (time: number) => new Date(time).toISOString();

  /** @param ages milliseconds since each key was retired */
  function secret(ages: number[], age: number): SecretObject {
    const list = ages.map((one, i) => ({ kid: `k${i}`, created: stamp(NOW - one), retired: stamp(NOW - one) }));
    const files: Record<string, string> = Object.fromEntries(
      list.map((one) => [retiredFile(one.kid), base64(pairs[1]?.['tls.crt'] ?? '')]),
    );
    const annotations = { [KEY_CREATED]: stamp(NOW - age), [RETIRED_KEYS]: JSON.stringify(list) };
    return {
      metadata: { annotations },
      data: { 'tls.key': base64(pairs[0]?.['tls.key'] ?? ''), ...files },
    };
  }

  /** All retired an hour ago; the first is needed for an hour, each of the others an hour longer than the one before. */
  const full = () => secret(Array<number>(MOST_RETIRED).fill(HOUR), 2 * HOUR);
  const lastUse = new Map(Array.from({ length: MOST_RETIRED }, (_, i) => [`k${i}`, (NOW + (i + 1) * HOUR) / SECOND]));

  it('a rotation waits until one of them is no longer needed, and the condition says so', () => {
    const scheduled = needs({ lastUse, request: undefined });
    expect(nextRotation(full(), scheduled, NOW)).toEqual({ at: NOW + HOUR, waits: true });
    expect(nextRotation(full(), scheduled, NOW + HOUR)).toEqual({ at: NOW - HOUR, waits: false });
  });

  it('a rotation on request never waits: the oldest key gives way', () => {
    const asked = needs({ lastUse });
    expect(nextRotation(full(), asked, NOW)).toEqual({ at: NOW - 2 * HOUR + 10 * SECOND, waits: false });
    const made = { 'tls.key': pairs[2]?.['tls.key'] ?? '', 'tls.crt': pairs[2]?.['tls.crt'] ?? '' };
    const { annotations, data } = signingContent(full(), asked, made, NOW);
    const kept = (JSON.parse(annotations?.[RETIRED_KEYS] ?? '') as RetiredKey[]).map((key) => key.kid);
    expect(kept).toEqual([kid(0), ...Array.from({ length: MOST_RETIRED - 1 }, (_, i) => `k${i}`)]);
    expect(Object.keys(data)).toHaveLength(2 + MOST_RETIRED);
  });

  it('an Event says which key gave way', () => {
    const [, ...before] = Array.from({ length: MOST_RETIRED + 2 }, (_, i) => ({
      ...{ kid: `k${i}`, created: stamp(NOW - i * HOUR) },
      ...(i > 1 && { retires: stamp(NOW + HOUR) }),
    }));
    const [first, ...rest] = before.slice(0, -1);
    const after = [{ kid: 'k0', created: stamp(NOW) }, { ...first, kid: 'k1', retires: stamp(NOW + HOUR) }, ...rest];
    const told = keyChanges(before, after as typeof before, NOW).map(({ level, reason }) => `${level} ${reason}`);
    expect(told).toEqual(['Normal KeyRotated', 'Warning KeyRetiredEarly']);
    expect(keyChanges(before, after as typeof before, NOW + HOUR)).toHaveLength(1);
  });

  it('requests alone never come so far, however fast they come', () => {
    const every = Array.from({ length: 1000 }, (_, i) => (i + 1) * 10 * SECOND);
    const next = nextRotation(secret(every, 10 * SECOND), needs(), NOW);
    expect(next).toEqual({ at: NOW, waits: false });
  });
});
