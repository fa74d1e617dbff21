import { beforeEach, describe, expect, it } from 'vitest';
import { API_VERSION, type GateToken, type GateTokenSpec } from '#libs/api';
import { types } from '#libs/kube';
import { approvalOf, sealOf, SecretKey } from '#libs/token';
import { type SealKey } from '../keys/seal-keys.js';
import { type FakeCluster } from '../testing/fake-cluster.js';
import { tokenReconciler } from '../testing/reconcile.js';
import { clusterWithServer, GATEWAY_KEY } from '../testing/session-secret.js';

const NOW = Date.parse('2030-01-01T12:00:00Z');
const HOUR = 3_600_000;
const KEY = new SecretKey(Buffer.alloc(32, 1));
const OTHER = new SecretKey(Buffer.alloc(32, 2));
const OLD_KEY: SealKey[] = [{ key: KEY, since: new Date(NOW - HOUR) }];
const SPEC: GateTokenSpec = {
  urls: ['/api/v1/namespaces/n/pods'],
  'link-hash': 'h'.repeat(43),
  duration: '24h',
  issuer: { username: 'ann', uid: 'u', groups: ['a'] },
};

let cluster: FakeCluster;
beforeEach(() => {
  cluster = clusterWithServer();
});

const token = (spec: GateTokenSpec, created = NOW): GateToken => ({
  apiVersion: API_VERSION,
  kind: 'GateToken',
  metadata: { name: 't', namespace: 'n', uid: 'uid', creationTimestamp: new Date(created).toISOString() },
  spec,
});

/** As the webhook stores what was sent. */
function sealed(spec: GateTokenSpec, { key = KEY, at = NOW, name = 't', namespace = 'n' } = {}): GateTokenSpec {
  const seal = sealOf(key, { metadata: { name, namespace }, spec }, at / 1000);
  return { ...spec, ...(spec.issuer && { issuer: { ...spec.issuer, seal } }) };
}

/** What is stored once the operator of a cluster with the admission webhook has looked at it. */
async function judged(given: GateToken, keys: readonly SealKey[] = OLD_KEY): Promise<GateToken['status']> {
  cluster.put(types.gateTokens, given);
  await tokenReconciler(cluster, { now: () => NOW, seals: { keys: () => keys } }).reconcile('n/t');
  return (cluster.take(types.gateTokens, 't') as unknown as GateToken).status;
}

describe('where the admission webhook seals who creates a GateToken (security row 13)', () => {
  it('what it sealed is issued, in the name of its issuer', async () => {
    expect(await judged(token(sealed(SPEC)))).toMatchObject({ phase: 'Ready', issuer: 'ann' });
  });

  const good = sealed(SPEC);
  it.each<[string, GateTokenSpec, number?]>([
    ['there is none', { ...SPEC, issuer: { username: 'root' } }],
    ['there is no issuer', { urls: ['/api'], 'link-hash': 'h'.repeat(43) }],
    ['another key made it', sealed(SPEC, { key: OTHER })],
    ['a gateway made it', sealed(SPEC, { key: GATEWAY_KEY })],
    ['it is that of another token', sealed(SPEC, { name: 'other' })],
    ['it is that of a token of this name in another namespace', sealed(SPEC, { namespace: 'other' })],
    ['it is that of a former token of this name', sealed(SPEC, { at: NOW - HOUR / 2 })],
    ['the token gives more', { ...good, urls: ['*'] }],
    ['the token lasts longer', { ...good, duration: '25h' }],
    ['the issuer is another', { ...good, issuer: { username: 'root', seal: good.issuer?.seal ?? '' } }],
    ['the issuer has more groups', { ...good, issuer: { ...good.issuer, username: 'ann', groups: ['a', 'b'] } }],
  ])('nothing is issued where the seal is not good: %s', async (_what, spec) => {
    const given = token(spec);
    const { phase: _, ...claimed } = (await judged(token(good))) ?? {};
    for (const status of [{}, { ...claimed, phase: 'Ready' as const, issuer: 'root' }]) {
      const forged = { ...given, status: { ...status, approval: approvalOf(GATEWAY_KEY, { ...given, status }) } };
      const result = await judged(forged);
      expect(result).toMatchObject({ phase: 'Error', conditions: [{ reason: 'NotSealed' }] });
      for (const field of ['approval', 'issuer', 'data', 'token', 'link']) expect(result).not.toHaveProperty(field);
    }
  });

  it('what is older than the key is unproven: it works, in the name of nobody', async () => {
    const lost = [{ key: OTHER, since: new Date(NOW - HOUR / 2) }];
    const before = token(sealed(SPEC, { at: NOW - HOUR }), NOW - HOUR);
    const status = await judged(before, lost);
    expect(status).toMatchObject({ phase: 'Ready' });
    expect(status).not.toHaveProperty('issuer');
    const after = token(sealed(SPEC), NOW - HOUR / 2 + 60_000);
    expect(await judged(after, lost)).toMatchObject({ phase: 'Error', conditions: [{ reason: 'NotSealed' }] });
  });

  describe('a lost key leaves an approved grant its issuer, whose rights are asked about again', () => {
    const created = NOW - HOUR;
    const lost = [{ key: OTHER, since: new Date(NOW) }];
    const issued = async () => {
      const given = token(sealed(SPEC, { at: created }), created);
      return { ...given, status: (await judged(given)) ?? {} };
    };

    it('while it is Ready, however often it is looked at', async () => {
      const given = await issued();
      const status = await judged(given, lost);
      expect(status).toEqual(given.status);
      expect(await judged({ ...given, status: status ?? {} }, lost)).toEqual(given.status);
    });

    it.each<[string, GateToken['status']]>([
      ['another issuer is named', { issuer: 'root' }],
      ['the approval is not the operator’s', { approval: 'A'.repeat(43) }],
    ])('but not where %s', async (_, changed) => {
      const given = await issued();
      const status = await judged({ ...given, status: { ...given.status, ...changed } }, lost);
      expect(status).toMatchObject({ phase: 'Ready' });
      expect(status).not.toHaveProperty('issuer');
    });
  });

  it('so is what a replica sealed with the lost key before it saw the new one', async () => {
    const lost = [{ key: OTHER, since: new Date(NOW - HOUR / 2) }];
    const at = NOW - HOUR / 2 + 59_000;
    const status = await judged(token(sealed(SPEC, { at }), at), lost);
    expect(status).toMatchObject({ phase: 'Ready' });
    expect(status).not.toHaveProperty('issuer');
  });

  it('a lost key revives nothing that was refused for its seal', async () => {
    const created = NOW - HOUR;
    const forged = token(sealed(SPEC, { key: OTHER, at: created }), created);
    const status = await judged(forged, [{ key: KEY, since: new Date(created - HOUR) }]);
    expect(status).toMatchObject({ phase: 'Error', conditions: [{ reason: 'NotSealed' }] });
    const made = { key: new SecretKey(Buffer.alloc(32, 3)), since: new Date(NOW) };
    for (const since of [NOW, created]) {
      const after = await judged({ ...forged, status: status ?? {} }, [{ ...made, since: new Date(since) }]);
      expect(after).toMatchObject({ phase: 'Error', conditions: [{ reason: 'NotSealed' }] });
    }
    const good = token(sealed(SPEC, { at: created }), created);
    expect(await judged({ ...good, status: status ?? {} })).toMatchObject({ phase: 'Ready', issuer: 'ann' });
  });

  it('an end is told before the seal', async () => {
    const unsealed = { ...SPEC, revoked: true };
    expect(await judged(token(unsealed))).toMatchObject({ phase: 'Revoked', conditions: [{ reason: 'Revoked' }] });
  });

  it('nothing is decided while the keys are not known', async () => {
    const keys = () => {
      throw new Error('not yet');
    };
    cluster.put(types.gateTokens, token(sealed(SPEC)));
    const reconciler = tokenReconciler(cluster, { now: () => NOW, seals: { keys } });
    await expect(reconciler.reconcile('n/t')).rejects.toThrow('not yet');
    expect(cluster.written()).toEqual([]);
  });
});
