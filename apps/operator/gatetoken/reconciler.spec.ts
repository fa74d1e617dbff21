import { generateKeyPairSync } from 'node:crypto';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import {
  API_VERSION,
  ENFORCED,
  type GateServer,
  type GateToken,
  type GateTokenSpec,
  RETIRED_KEYS,
  SIGNING_KEY,
} from '#libs/api';
import { KubeError, type KubeObject, types } from '#libs/kube';
import { generateKeyPair, KeyRing, parsePublicKey, thumbprint, toJwks } from '#libs/token';
import { base64 } from '../gateserver/material.js';
import { retiredFile } from '../keys/retired.js';
import { FakeCluster } from '../testing/fake-cluster.js';
import { sessionSecret } from '../testing/session-secret.js';
import { tokenReconciler } from '../testing/reconcile.js';
import { MANAGED_BY, OPERATOR } from '../cluster/labels.js';
import { type SecretObject } from '../cluster/manifest.js';

const NOW = Date.parse('2030-01-01T12:00:00Z');
const HOUR = 3_600_000;
const VNC = '/apis/subresources.kubevirt.io/v1/namespaces/n/virtualmachineinstances/vm1/vnc';

let pair: { 'tls.key': string; 'tls.crt': string };
let otherPair: typeof pair;
beforeAll(async () => {
  [pair, otherPair] = await Promise.all([generateKeyPair(), generateKeyPair()]);
});

const encoded = (data: Record<string, string>) =>
  Object.fromEntries(Object.entries(data).map(([name, text]) => [name, base64(text)]));

describe('TokenReconciler', () => {
  let cluster: FakeCluster;
  let now: number;
  let events: string[];

  beforeEach(() => {
    cluster = new FakeCluster();
    now = NOW;
    events = [];
    server('gs');
    secret('gs-jwt-secret', pair);
    publish(pair, otherPair);
    cluster.put(types.virtualMachines, { metadata: { name: 'vm1', namespace: 'n', uid: 'vm-uid-1' } });
  });

  function server(name: string, spec: Partial<GateServer['spec']> = {}): void {
    const metadata = { name, namespace: 'n', uid: `uid-of-${name}`, creationTimestamp: '2030-01-01T00:00:00Z' };
    const status = { 'secret-name': `${name}-jwt-secret` };
    cluster.put(types.secrets, sessionSecret(name, metadata.uid));
    cluster.put(types.gateServers, { metadata, spec: { route: `${name}.example.com`, ...spec }, status } as KubeObject);
  }

  function secret(name: string, data: Record<string, string>, annotations: Record<string, string> = {}): void {
    const [owner, suffix] = name.split('-jwt-');
    const made = suffix === undefined ? {} : madeFor(owner);
    const object: SecretObject = { metadata: { name, namespace: 'n', annotations, ...made }, data: encoded(data) };
    cluster.put(types.secrets, object);
  }

  const madeFor = (server = '', uid = `uid-of-${server}`) => ({
    labels: { [MANAGED_BY]: OPERATOR },
    ownerReferences: [{ apiVersion: API_VERSION, kind: 'GateServer', name: server, uid, controller: true }],
  });
  const jwks = (owner: string) => ({ name: 'gs-jwks', namespace: 'n', ...madeFor('gs', owner) });

  /** As the operator does it for the gateway: the keys by which it verifies tokens. */
  function publish(...published: { 'tls.crt': string }[]): void {
    const data = { 'jwks.json': JSON.stringify(toJwks(published.map((one) => parsePublicKey(one['tls.crt'])))) };
    cluster.put(types.configMaps, { metadata: jwks('uid-of-gs'), data } as KubeObject);
  }

  function token(spec: GateTokenSpec, status?: GateToken['status']): void {
    const metadata = {
      name: 't',
      namespace: 'n',
      uid: 'token-uid',
      creationTimestamp: '2030-01-01T12:00:00Z',
      generation: 1,
    };
    const kind = { apiVersion: API_VERSION, kind: 'GateToken' };
    cluster.put(types.gateTokens, { ...kind, metadata, spec, ...(status ? { status } : {}) } as KubeObject);
  }

  /** A new reconciler each time: it keeps nothing between two runs, as after a restart. */
  async function run(gateTokens?: object) {
    const given = { now: () => now, record: (event: string) => events.push(event), ...(gateTokens && { gateTokens }) };
    return (await tokenReconciler(cluster, given).reconcile('n/t'))?.again;
  }

  const status = () => (cluster.take(types.gateTokens, 't') as unknown as GateToken | undefined)?.status;
  const why = () => status()?.conditions?.[0];

  it('signs none again by a copy that does not show the first signature, though its gateway has moved', async () => {
    token({ urls: [VNC] });
    const lagging = { get: () => before };
    const before = cluster.take(types.gateTokens, 't');
    await run();
    const jwt = status()?.token;
    server('gs', { route: 'moved.example.com' });
    await expect(run(lagging)).rejects.toMatchObject({ code: 409 });
    expect(status()?.token).toBe(jwt);
  });

  it('signs once, and writes nothing while nothing changes, also after a restart', async () => {
    token({ urls: [VNC] });
    expect(await run()).toBe(HOUR);
    expect(cluster.written()).toEqual(['apply gatetokens/n/t/status']);
    expect(status()).toMatchObject({
      phase: 'Ready',
      'vm-uid': 'vm-uid-1',
      data: { verbs: ['get'], urls: [VNC], duration: '1h' },
    });
    const jwt = status()?.token ?? '';
    const claims = new KeyRing([parsePublicKey(pair['tls.crt'])], { issuers: ['https://gs.example.com'] }).verify(
      jwt,
      NOW,
    );
    expect(claims).toEqual({
      URLs: [VNC],
      verbs: ['get'],
      nbf: NOW / 1000,
      exp: NOW / 1000 + 3600,
      jti: 'token-uid',
      iss: 'https://gs.example.com',
      sub: 'n/t',
    });
    expect(status()?.link).toBe(`https://gs.example.com/auth/jwt/set?token=${jwt}&name=vm1&namespace=n`);
    await run();
    expect(cluster.written()).toEqual([]);
    expect(events).toEqual([]);
  });

  it('stores nothing usable for a link (security row 8)', async () => {
    token({ vm: 'vm1', 'link-hash': 'h'.repeat(43) });
    cluster.remove(types.secrets, 'gs-jwt-secret');
    await run();
    expect(status()).toMatchObject({ phase: 'Ready', 'vm-uid': 'vm-uid-1' });
    expect(status()).not.toHaveProperty('token');
    expect(status()).not.toHaveProperty('link');
  });

  it('writes of the gateway’s part of the status only what is final', async () => {
    token({ urls: [VNC] }, { redeemed: { at: '2030-01-01T12:00:00Z', by: 'x' }, live: 2, 'last-used': 'now' });
    await run();
    const body = cluster.bodies.get('gatetokens/n/t/status')?.['status'] as object;
    const fields = 'approval conditions data gate-server link phase redeemed token vm-uid';
    expect(Object.keys(body).sort().join(' ')).toBe(fields);
  });

  it('keeps a token that a retired key signed, makes a new one when no key in force did', async () => {
    token({ urls: [VNC] });
    await run();
    const first = status()?.token;
    const retired = [{ kid: thumbprint(parsePublicKey(pair['tls.crt'])), created: 'x', retired: 'x' }];
    const file = retiredFile(retired[0]?.kid ?? '');
    secret('gs-jwt-secret', { ...otherPair, [file]: pair['tls.crt'] }, { [RETIRED_KEYS]: JSON.stringify(retired) });
    await run();
    expect(status()?.token).toBe(first);
    secret('gs-jwt-secret', otherPair);
    await run();
    expect(status()?.token).not.toBe(first);
    expect(new KeyRing([parsePublicKey(otherPair['tls.crt'])]).verify(status()?.token ?? '', NOW)).toBeDefined();
  });

  it('is Ready before its time, Expired at its end, deleted after the retention', async () => {
    server('gs', { 'token-retention': '2h' });
    token({ urls: [VNC], from: '2030-01-01T13:00:00Z', duration: '30m' });
    expect(await run()).toBe(1.5 * HOUR);
    expect(status()?.phase).toBe('Ready');
    now += 1.5 * HOUR;
    expect(await run()).toBe(2 * HOUR);
    expect(status()).toMatchObject({ phase: 'Expired', data: { until: '2030-01-01T13:30:00Z' }, 'gate-server': 'gs' });
    expect(status()).not.toHaveProperty('token');
    cluster.written();
    now += 2 * HOUR;
    await run();
    expect(cluster.written()).toEqual(['delete gatetokens/n/t']);
    expect(events).toEqual([]);
  });

  it('says Expired of a window in the past, long enough to be read', async () => {
    token({ urls: [VNC], from: '2020-01-01T00:00:00Z' });
    await run();
    expect(status()?.phase).toBe('Expired');
  });

  it('is Revoked, whatever else is wrong with it', async () => {
    token({ urls: [VNC] });
    await run();
    token({ urls: [VNC], revoked: true }, status());
    await run();
    expect(status()).toMatchObject({ phase: 'Revoked', 'vm-uid': 'vm-uid-1', 'gate-server': 'gs' });
    expect(status()).not.toHaveProperty('token');
    expect(events).toEqual(['Normal Revoked']);
    token({ urls: ['no path'], revoked: true });
    await run();
    expect(status()?.phase).toBe('Revoked');
  });

  it('tries again after a conflict', async () => {
    token({ urls: [VNC] });
    cluster.faults.set('apply gatetokens', new KubeError({ code: 409, reason: 'Conflict', message: 'newer' }));
    await expect(run()).rejects.toThrow('newer');
    await run();
    expect(status()?.phase).toBe('Ready');
  });

  it('is bound to its VM for good (security row 10)', async () => {
    token({ urls: [VNC] });
    await run();
    cluster.put(types.virtualMachines, { metadata: { name: 'vm1', namespace: 'n', uid: 'vm-uid-2' } });
    await run();
    expect(status()).toMatchObject({ phase: 'Error', 'vm-uid': 'vm-uid-1', 'gate-server': 'gs' });
    expect(status()).not.toHaveProperty('token');
    expect(why()?.reason).toBe('VirtualMachineReplaced');
  });

  it('binds a token by urls when its VM is made later', async () => {
    cluster.remove(types.virtualMachines, 'vm1');
    token({ urls: [VNC] });
    await run();
    expect(status()).toMatchObject({ phase: 'Ready' });
    expect(status()).not.toHaveProperty('vm-uid');
    cluster.put(types.virtualMachineInstances, { metadata: { name: 'vm1', namespace: 'n', uid: 'vmi-uid' } });
    await run();
    expect(status()?.['vm-uid']).toBe('vmi-uid');
  });

  describe('bad input: the condition says why and what to do (security row 22)', () => {
    const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' })
      .privateKey.export({ type: 'pkcs8', format: 'pem' })
      .toString();
    const small = generateKeyPairSync('rsa', { modulusLength: 1024 })
      .privateKey.export({ type: 'pkcs8', format: 'pem' })
      .toString();
    const cure = { secret: () => secret('gs-jwt-secret', pair) };

    it.each<[string, GateTokenSpec, () => void, string, RegExp, (() => void)?]>([
      ['secret without the key', { urls: [VNC] }, () => secret('gs-jwt-secret', {}), 'BadKey', /tls\.key/, cure.secret],
      ['broken PEM', { urls: [VNC] }, () => secret('gs-jwt-secret', { 'tls.key': 'x' }), 'BadKey', /PEM/, cure.secret],
      ['EC key', { urls: [VNC] }, () => secret('gs-jwt-secret', { 'tls.key': ec }), 'BadKey', /EC/, cure.secret],
      [
        'small key',
        { urls: [VNC] },
        () => secret('gs-jwt-secret', { 'tls.key': small }),
        'BadKey',
        /1024/,
        cure.secret,
      ],
      [
        'foreign secret (security row 15)',
        { urls: [VNC], 'secret-name': 'other' },
        () => secret('other', pair),
        'ForeignSecret',
        /use gs-jwt-secret/,
        () => secret('other', pair, { [SIGNING_KEY]: 'true' }),
      ],
      [
        'foreign namespace (security row 15)',
        { urls: [VNC], 'secret-namespace': 'kube-system' },
        () => undefined,
        'ForeignNamespace',
        /own namespace "n"/,
      ],
      [
        'no GateServer',
        { urls: [VNC] },
        () => cluster.remove(types.gateServers, 'gs'),
        'NoGateServer',
        /create one/,
        () => server('gs'),
      ],
      [
        'two GateServers',
        { urls: [VNC] },
        () => server('gs2'),
        'AmbiguousGateServer',
        /spec\.secret-name/,
        () => cluster.remove(types.gateServers, 'gs2'),
      ],
      [
        'VM missing',
        { vm: 'vm2' },
        () => undefined,
        'VirtualMachineNotFound',
        /vm2/,
        () => cluster.put(types.virtualMachines, { metadata: { name: 'vm2', namespace: 'n' } }),
      ],
      [
        'too long',
        { urls: [VNC], duration: '25h' },
        () => undefined,
        'DurationTooLong',
        /at most 24h/,
        () => server('gs', { 'max-duration': '48h' }),
      ],
      ['neither urls nor vm', {}, () => undefined, 'InvalidGrant', /urls or vm/],
      ['odd path', { urls: ['/api/../x'] }, () => undefined, 'InvalidGrant', /spec\.urls/],
      ['unknown verb', { urls: [VNC], verbs: ['fetch'] }, () => undefined, 'InvalidGrant', /spec\.verbs/],
      ['bad duration', { urls: [VNC], duration: '1d' }, () => undefined, 'InvalidWindow', /spec\.duration/],
      ['no time', { urls: [VNC], from: 'tomorrow' }, () => undefined, 'InvalidWindow', /spec\.from/],
      ['half a second', { urls: [VNC], duration: '500ms' }, () => undefined, 'InvalidWindow', /at least 1s/],
    ])('%s', async (_name, spec, spoil, reason, message, heal) => {
      token(spec);
      spoil();
      await run();
      expect(status()?.phase).toBe('Error');
      expect(why()).toMatchObject({ type: 'Ready', status: 'False', reason });
      expect(why()?.message).toMatch(message);
      expect(status()).not.toHaveProperty('token');
      expect(events).toEqual([`Warning ${reason}`]);
      if (!heal) return;
      heal();
      await run();
      expect(status()?.phase).toBe('Ready');
      expect(events).toEqual([`Warning ${reason}`, 'Normal Signed']);
    });
  });

  describe('fields that restrict and are not enforced (security row 22)', () => {
    it.each<[Exclude<keyof GateTokenSpec, 'urls'>, boolean]>([
      ['single-use', true],
      ['view-only', true],
      ['take-over', false],
    ])('%s: Error where it is asked for, never wider than written', async (field, asked) => {
      const enforced = ENFORCED.gatetoken as Set<string>;
      enforced.delete(field);
      try {
        token({ urls: [VNC], [field]: asked });
        await run();
        expect(status()?.phase).toBe('Error');
        expect(why()).toMatchObject({ status: 'False', reason: 'NotEnforced' });
        expect(why()?.message).toContain(`spec.${field}`);
        expect(status()).not.toHaveProperty('token');
        token({ urls: [VNC], [field]: !asked });
        await run();
        expect(status()?.phase).toBe('Ready');
      } finally {
        enforced.add(field);
      }
    });

    it('a GateServer in error gives out nothing new, and takes nothing back', async () => {
      server('gs', { 'idle-timeout': '-1s' });
      token({ urls: [VNC] });
      await run();
      expect(status()?.phase).toBe('Pending');
      expect(why()).toMatchObject({ reason: 'GateServerNotReady' });
      expect(why()?.message).toContain('spec.idle-timeout');
      server('gs');
      await run();
      expect(status()?.phase).toBe('Ready');
      server('gs', { 'idle-timeout': '-1s' });
      await run();
      expect(status()?.phase).toBe('Ready');
    });
  });

  it('waits for a GateServer that is still being made', async () => {
    const metadata = { name: 'new', namespace: 'n' };
    cluster.put(types.gateServers, { metadata, spec: { route: 'new.example.com' } } as KubeObject);
    token({ urls: [VNC], 'secret-name': 'new-jwt-secret' });
    await run();
    expect(status()?.phase).toBe('Pending');
    expect(why()?.reason).toBe('GateServerNotReady');
  });

  it('does nothing for a token that is gone or going', async () => {
    await run();
    cluster.put(types.gateTokens, {
      metadata: { name: 't', namespace: 'n', deletionTimestamp: 'now' },
      spec: {},
    } as KubeObject);
    await run();
    expect(cluster.written()).toEqual([]);
  });
});
