import { beforeEach, describe, expect, it } from 'vitest';
import { API_VERSION, type GateToken, type GateTokenSpec } from '#libs/api';
import { type KubeObject, types } from '#libs/kube';
import { approvalOf, isApproved, sealOf, SecretKey } from '#libs/token';
import { type FakeCluster } from '../testing/fake-cluster.js';
import { tokenReconciler } from '../testing/reconcile.js';
import { clusterWithServer, GATEWAY_KEY, sessionSecret } from '../testing/session-secret.js';

const NOW = Date.parse('2030-01-01T12:00:00Z');
const OTHER = new SecretKey(Buffer.alloc(32, 8));
const LINK: GateTokenSpec = { urls: ['/api/v1/namespaces/n/pods'], 'link-hash': 'h'.repeat(43) };

let cluster: FakeCluster;
beforeEach(() => {
  cluster = clusterWithServer();
});

/** What is stored after the operator has looked at it. */
async function reconciled(spec: GateTokenSpec, status: GateToken['status'] = {}, more = {}): Promise<GateToken> {
  const created = { creationTimestamp: '2030-01-01T12:00:00Z', ...more };
  const metadata = { name: 't', namespace: 'n', uid: 'token-uid', ...created };
  cluster.put(types.gateTokens, { apiVersion: API_VERSION, kind: 'GateToken', metadata, spec, status } as KubeObject);
  await tokenReconciler(cluster, { now: () => NOW }).reconcile('n/t');
  return cluster.take(types.gateTokens, 't') as unknown as GateToken;
}

describe('the approval of a grant (security row 13)', () => {
  it('is put on with the key of its gateway, again where it was forged, and follows the key', async () => {
    const first = await reconciled(LINK);
    expect(first.status?.phase).toBe('Ready');
    expect(isApproved(GATEWAY_KEY, first)).toBe(true);
    const { data, ...status } = first.status ?? {};
    const widened = data && { ...data, exp: data.exp + 3600 };
    for (const forged of [{ approval: 'forged' }, { ...(widened && { data: widened }) }, { issuer: 'root' }])
      expect((await reconciled(LINK, { ...status, ...(data && { data }), ...forged })).status).toEqual(first.status);
    cluster.put(types.secrets, sessionSecret('gs', 'gs-uid', OTHER));
    expect(isApproved(OTHER, await reconciled(LINK, first.status))).toBe(true);
  });

  it.each([
    ['no key yet', () => cluster.remove(types.secrets, 'gs-session')],
    ['a key in a Secret of another owner', () => cluster.put(types.secrets, sessionSecret('gs', 'another'))],
  ])('waits while its GateServer has %s', async (_what, spoil) => {
    spoil();
    const { status } = await reconciled(LINK, { phase: 'Ready', approval: 'forged' });
    expect(status).toMatchObject({ phase: 'Pending', conditions: [{ reason: 'GateServerNotReady' }] });
    expect(status?.conditions?.[0]?.message).toContain('gs-session');
    expect(status).not.toHaveProperty('approval');
  });

  it('is needed to count as issued: a phase that another wrote evades no limit', async () => {
    const long = { ...LINK, duration: '48h' };
    const { status } = await reconciled(LINK);
    const forged = await reconciled(long, { ...status, phase: 'Ready' });
    expect(forged.status).toMatchObject({ phase: 'Error', conditions: [{ reason: 'DurationTooLong' }] });
    expect(forged.status).not.toHaveProperty('approval');
  });

  it('goes with the grant', async () => {
    const { status } = await reconciled(LINK);
    const ended = await reconciled({ ...LINK, revoked: true }, status);
    expect(ended.status?.phase).toBe('Revoked');
    expect(ended.status).not.toHaveProperty('approval');
  });
});

describe('what somebody else wrote into the status', () => {
  /** What is stored after the operator has looked at a grant of this kind, and at what was forged into it. */
  async function forged(spec: GateTokenSpec, status: GateToken['status'] = {}): Promise<GateToken['status']> {
    await reconciled(spec);
    cluster.forge(types.gateTokens, 't', status);
    const reconciler = tokenReconciler(cluster, { now: () => NOW });
    await reconciler.reconcile('n/t');
    cluster.written();
    await reconciler.reconcile('n/t');
    expect(cluster.written()).toEqual([]);
    return (cluster.take(types.gateTokens, 't') as unknown as GateToken).status;
  }

  it.each<[string, GateTokenSpec, string]>([
    ['is Ready', LINK, 'Ready'],
    ['is Pending', LINK, 'Pending'],
    ['is in error', { ...LINK, duration: '48h' }, 'Error'],
    ['has expired', { ...LINK, from: '2029-01-01T00:00:00Z' }, 'Expired'],
    ['is revoked', { ...LINK, revoked: true }, 'Revoked'],
  ])('names no issuer that is not proven, where the grant %s (security row 13)', async (_what, spec, phase) => {
    if (phase === 'Pending') cluster.remove(types.secrets, 'gs-session');
    const status = await forged(spec, { issuer: 'boss' });
    expect(status?.phase).toBe(phase);
    expect(status).not.toHaveProperty('issuer');
  });

  it('names no other issuer than an approval kept', async () => {
    const { status } = await reconciled(LINK);
    const kept = { ...status, issuer: 'ann' };
    const token = cluster.take(types.gateTokens, 't') as unknown as GateToken;
    cluster.put(types.gateTokens, {
      ...token,
      status: { ...kept, approval: approvalOf(GATEWAY_KEY, { ...token, status: kept }) },
    } as KubeObject);
    await tokenReconciler(cluster, { now: () => NOW }).reconcile('n/t');
    expect(cluster.take(types.gateTokens, 't')).toMatchObject({ status: { issuer: 'ann' } });
    cluster.forge(types.gateTokens, 't', { issuer: 'boss' });
    await tokenReconciler(cluster, { now: () => NOW }).reconcile('n/t');
    expect(cluster.take(types.gateTokens, 't')?.['status']).not.toHaveProperty('issuer');
  });

  it("goes, whichever field of the operator it is; what is the gateway's stays", async () => {
    const all = { token: 'a.b.c', link: 'https://evil.example.com', data: {} as never, approval: 'a', issuer: 'boss' };
    const status = await forged({ ...LINK, duration: '48h' }, { ...all, live: 1 });
    for (const field of Object.keys(all)) expect(status).not.toHaveProperty(field);
    expect(status).toMatchObject({ phase: 'Error', live: 1 });
  });
});

it('sends what is final as it was read: who owns it under the name of the operator would have it removed, and that is refused', async () => {
  const { status } = await reconciled(LINK);
  const redeemed = { at: '2030-01-01T12:00:00Z', by: 'me' };
  const final = { redeemed, 'vm-uid': 'v', 'gate-server': 'gs' };
  const revoked = await reconciled({ ...LINK, revoked: true }, { ...status, ...final });
  expect(cluster.bodies.get('gatetokens/n/t/status')).toMatchObject({ status: { phase: 'Revoked', ...final } });
  expect(revoked.status).toMatchObject(final);
});

describe('the issuer', () => {
  const sealedBy = (key: SecretKey, name = 't', namespace = 'n', more: GateTokenSpec = {}): GateTokenSpec => {
    const spec = { ...LINK, ...more, issuer: { username: 'ann', groups: ['a'] } };
    const seal = sealOf(key, { metadata: { name, namespace }, spec }, NOW / 1000);
    return { ...spec, issuer: { ...spec.issuer, seal } };
  };

  it('is named where a gateway of the namespace sealed it, also after the end', async () => {
    const { status } = await reconciled(sealedBy(GATEWAY_KEY));
    expect(status).toMatchObject({ phase: 'Ready', issuer: 'ann' });
    const ended = await reconciled({ ...sealedBy(GATEWAY_KEY), revoked: true }, status);
    expect(ended.status).toMatchObject({ phase: 'Revoked', issuer: 'ann' });
  });

  it('is named where the gateway that opens it sealed it, and by no other gateway of the namespace', async () => {
    const metadata = { name: 'other', namespace: 'n', uid: 'other-uid', creationTimestamp: '2030-01-01T00:00:00Z' };
    const server = { metadata, spec: { route: 'other.example.com' }, status: { 'secret-name': 'other-jwt-secret' } };
    cluster.put(types.gateServers, server);
    cluster.put(types.secrets, sessionSecret('other', 'other-uid', OTHER));
    const sealedFor = (name: string) => sealedBy(OTHER, 't', 'n', { 'secret-name': name });
    expect((await reconciled(sealedFor('other-jwt-secret'))).status).toMatchObject({ phase: 'Ready', issuer: 'ann' });
    const { status } = await reconciled(sealedFor('gs-jwt-secret'));
    expect(status).toMatchObject({ phase: 'Ready', 'gate-server': 'gs' });
    expect(status).not.toHaveProperty('issuer');
  });

  it('is not named where the seal is for a generated name: it would fit every copy of the grant', async () => {
    const { status } = await reconciled(sealedBy(GATEWAY_KEY, 'gatetoken-'), {}, { generateName: 'gatetoken-' });
    expect(status).toMatchObject({ phase: 'Ready' });
    expect(status).not.toHaveProperty('issuer');
  });

  it.each<[string, GateTokenSpec]>([
    ['nobody sealed it', { ...LINK, issuer: { username: 'ann' } }],
    ['it was sealed with another key', sealedBy(OTHER)],
    ['the seal is that of another token', sealedBy(GATEWAY_KEY, 'other')],
    ['the seal is that of another namespace', sealedBy(GATEWAY_KEY, 't', 'other')],
  ])('is not named where %s, and the grant is approved as before', async (_what, spec) => {
    const token = await reconciled(spec, { issuer: 'ann' });
    expect(token.status?.phase).toBe('Ready');
    expect(token.status).not.toHaveProperty('issuer');
    expect(isApproved(GATEWAY_KEY, token)).toBe(true);
  });
});
