import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { ENFORCED, type GateServer, type GateServerSpec, SIGNING_KEY } from '#libs/api';
import { KubeError, type KubeObject, types } from '#libs/kube';
import { generateKeyPair, type Jwks, parsePublicKey, thumbprint } from '#libs/token';
import { type Manifest, type SecretObject } from '../cluster/manifest.js';
import { KeyFactory } from '../keys/key-factory.js';
import { FakeCluster } from '../testing/fake-cluster.js';
import { serverReconciler } from '../testing/reconcile.js';
import { type Discovered } from './discovery.js';
import { base64 } from './material.js';

const NOW = Date.now();
const DAY = 86_400_000;
const STATUS = 'apply gateservers/n/gs/status';

/** RSA keys take time: made once, dealt out in turn. */
let pairs: { 'tls.key': string; 'tls.crt': string }[];
let certificate: Awaited<ReturnType<KeyFactory['certificate']>>;
beforeAll(async () => {
  pairs = await Promise.all([generateKeyPair(), generateKeyPair(), generateKeyPair()]);
  certificate = await new KeyFactory().certificate(['gs.example.com']);
});

describe('ServerReconciler', () => {
  let cluster: FakeCluster;
  let now: number;
  let made: number;
  let discovered: Discovered;
  let events: string[];

  beforeEach(() => {
    cluster = new FakeCluster();
    now = NOW;
    made = 0;
    discovered = { served: [{ group: '', name: 'pods' }], silent: [] };
    events = [];
    server();
  });

  function server(spec: Partial<GateServerSpec> = {}, uid = 'gs-uid', name = 'gs'): void {
    const metadata = { name, namespace: 'n', uid, generation: 1, creationTimestamp: '2030-01-01T00:00:00Z' };
    const status = current()?.status;
    cluster.put(types.gateServers, {
      metadata,
      spec: { route: 'gs.example.com', ...spec },
      ...(status ? { status } : {}),
    } as KubeObject);
  }

  const current = () => cluster.take(types.gateServers, 'gs') as unknown as GateServer | undefined;
  const condition = (type: string) => current()?.status?.conditions?.find((one) => one.type === type);
  const secret = (name: string) => cluster.take(types.secrets, name) as SecretObject | undefined;
  const jwks = () => {
    const data = cluster.take(types.configMaps, 'gs-jwks')?.['data'] as Record<string, string>;
    return JSON.parse(data['jwks.json'] ?? '') as Jwks;
  };

  /** A new reconciler each time, as after a restart. */
  async function run(name = 'gs') {
    const factory: KeyFactory = {
      keyPair: async () => pairs[made++ % pairs.length] ?? { 'tls.key': '', 'tls.crt': '' },
      random: (size) => Buffer.alloc(size, 7),
      certificate: async () => certificate,
    };
    const webAppHosts = ['app.example.com'];
    const record = (event: string) => events.push(event);
    const given = { factory, webAppHosts, discovered, now: () => now, record };
    const result = await serverReconciler(cluster, given).reconcile(`n/${name}`);
    return result?.again;
  }

  it('makes everything that a GateServer owns, with its owner, and then writes nothing', async () => {
    await run();
    expect(cluster.written().sort()).toEqual(
      [
        'apply configmaps/n/gs-jwks',
        'apply deployments/n/gs',
        'apply ingresses/n/gs',
        'apply networkpolicies/n/gs',
        'apply poddisruptionbudgets/n/gs',
        'apply rolebindings/n/gs',
        'apply rolebindings/n/gs-guest',
        'apply roles/n/gs',
        'apply roles/n/gs-guest',
        'apply secrets/n/gs-jwt-secret',
        'apply secrets/n/gs-session',
        'apply secrets/n/gs-tls',
        'apply serviceaccounts/n/gs',
        'apply serviceaccounts/n/gs-guest',
        'apply services/n/gs',
        STATUS,
      ].sort(),
    );
    const owner = { apiVersion: 'kubegateway.kubevirt.io/v1beta1', kind: 'GateServer', name: 'gs', uid: 'gs-uid' };
    for (const [path, body] of cluster.bodies) {
      if (path.endsWith('/status')) continue;
      expect(body.metadata.ownerReferences).toEqual([{ ...owner, controller: true, blockOwnerDeletion: true }]);
    }
    await run();
    expect(cluster.written()).toEqual([]);
    expect(made).toBe(1);
    expect(current()?.status).toMatchObject({
      phase: 'Progressing',
      url: 'https://gs.example.com',
      'secret-name': 'gs-jwt-secret',
      'observed-generation': 1,
      'ready-replicas': 0,
    });
    expect(cluster.names().filter((name) => name.includes('jwt-secret'))).toEqual(['secrets/n/gs-jwt-secret']);
  });

  it('publishes the public half of the key that it stores', async () => {
    await run();
    const kid = thumbprint(parsePublicKey(pairs[0]?.['tls.crt'] ?? ''));
    expect(jwks().keys).toMatchObject([{ kid, kty: 'RSA', alg: 'RS256' }]);
    expect(JSON.stringify(jwks())).not.toMatch(/"d"|PRIVATE/);
    expect(current()?.status?.keys).toMatchObject([{ kid }]);
    expect(secret('gs-jwt-secret')?.metadata.annotations?.[SIGNING_KEY]).toBe('true');
  });

  const rollOut = (updatedReplicas: number) => {
    const deployment = cluster.take(types.deployments, 'gs');
    const status = { observedGeneration: 1, updatedReplicas, readyReplicas: 2 };
    const metadata = { ...deployment?.metadata, generation: 1 };
    cluster.put(types.deployments, { ...deployment, metadata, status } as KubeObject);
  };

  it('says that ready gateways are being replaced, not that they are not ready', async () => {
    await run();
    rollOut(1);
    await run();
    expect(condition('Ready')).toMatchObject({ status: 'False', reason: 'RollingOut' });
    expect(condition('Ready')?.message).toContain('being replaced');
  });

  it('is Ready when every gateway is', async () => {
    await run();
    rollOut(2);
    cluster.written();
    await run();
    expect(cluster.written()).toEqual([STATUS]);
    expect(current()?.status).toMatchObject({ phase: 'Ready', 'ready-replicas': 2 });
    expect(events).toContain('Normal Ready');
  });

  it('repairs what someone edits', async () => {
    await run();
    const role = cluster.take(types.roles, 'gs-guest');
    cluster.put(types.roles, { ...role, rules: [{ apiGroups: ['*'], resources: ['*'], verbs: ['*'] }] } as KubeObject);
    cluster.written();
    await run();
    expect(cluster.written()).toEqual(['apply roles/n/gs-guest']);
    expect(JSON.stringify(cluster.take(types.roles, 'gs-guest'))).not.toContain('"*"');
  });

  it('recreates what someone deletes', async () => {
    await run();
    cluster.remove(types.services, 'gs');
    cluster.written();
    await run();
    expect(cluster.written()).toEqual(['apply services/n/gs']);
  });

  it('keeps a key of one’s own that fits, replaces one that does not', async () => {
    await run();
    const own = secret('gs-jwt-secret');
    const data = { 'tls.key': base64(pairs[2]?.['tls.key'] ?? ''), 'tls.crt': base64(pairs[2]?.['tls.crt'] ?? '') };
    cluster.put(types.secrets, { ...own, data } as SecretObject);
    await run();
    expect(secret('gs-jwt-secret')?.data?.['tls.key']).toBe(data['tls.key']);
    expect(jwks().keys).toHaveLength(1);
    cluster.put(types.secrets, { ...own, data: { 'tls.key': base64('broken') } } as SecretObject);
    await run();
    expect(Buffer.from(secret('gs-jwt-secret')?.data?.['tls.key'] ?? '', 'base64').toString()).toBe(
      pairs[1]?.['tls.key'],
    );
  });

  it('rotates the key at its age and keeps the old public one until it is not needed', async () => {
    server({ 'key-rotation': '24h', 'max-duration': '1h' });
    await run();
    now += DAY;
    await run();
    expect(made).toBe(2);
    const [fresh, old] = current()?.status?.keys ?? [];
    expect(jwks().keys.map(({ kid }) => kid)).toEqual([fresh?.kid, old?.kid]);
    expect(old?.retires).toBeDefined();
    const files = Object.keys(secret('gs-jwt-secret')?.data ?? {});
    expect(files.filter((file) => file.startsWith('retired-'))).toEqual([`retired-${old?.kid}.crt`]);
    now += DAY / 2;
    await run();
    expect(jwks().keys.map(({ kid }) => kid)).toEqual([fresh?.kid]);
    expect(made).toBe(2);
  });

  it('does not make a second key when its copy of the secret is old', async () => {
    await run();
    const { owned } = cluster;
    const stale = cluster.cache<Manifest>(types.secrets, () => undefined);
    Object.defineProperty(cluster, 'owned', { value: new Map([...owned, [types.secrets, stale]]) });
    await run();
    expect(made).toBe(1);
  });

  it('publishes marked keys of the namespace', async () => {
    const data = { 'my.key': base64(pairs[2]?.['tls.key'] ?? '') };
    cluster.put(types.secrets, {
      metadata: { name: 'mine', namespace: 'n', annotations: { [SIGNING_KEY]: 'true' } },
      data,
    } as SecretObject);
    await run();
    expect(jwks().keys).toHaveLength(2);
  });

  it('refuses an object of another owner, and makes no keys that it cannot store', async () => {
    cluster.put(types.secrets, { metadata: { name: 'gs-jwt-secret', namespace: 'n' }, data: {} } as SecretObject);
    expect(await run()).toBe(30_000);
    const first = ['secrets/n/gs-session', 'secrets/n/gs-tls', 'serviceaccounts/n/gs', 'serviceaccounts/n/gs-guest'];
    expect(cluster.written().sort()).toEqual([...first.map((one) => `apply ${one}`), STATUS].sort());
    expect(current()?.status?.phase).toBe('Error');
    expect(current()?.status).not.toHaveProperty('secret-name');
    expect(condition('Applied')).toMatchObject({ status: 'False', reason: 'ForeignObject' });
    expect(condition('Applied')?.message).toContain('Secret gs-jwt-secret already exists and has no owner');
    cluster.remove(types.secrets, 'gs-jwt-secret');
    await run();
    expect(current()?.status?.phase).toBe('Progressing');
  });

  it('leaves what an earlier GateServer of the same name owned', async () => {
    await run();
    server({}, 'new-uid');
    cluster.written();
    await run();
    expect(cluster.written()).toEqual([STATUS]);
    expect(condition('Ready')?.message).toContain('belongs to GateServer gs');
  });

  it('says what the API server refuses (security row 16)', async () => {
    const message = 'attempting to grant RBAC permissions not currently held';
    cluster.faults.set('apply roles/n/gs-guest', new KubeError({ code: 403, reason: 'Forbidden', message }));
    await run();
    expect(condition('Ready')).toMatchObject({ status: 'False', reason: 'Refused' });
    expect(condition('Ready')?.message).toContain(message);
  });

  it('tries again after a conflict', async () => {
    cluster.faults.set('apply deployments', new KubeError({ code: 409, reason: 'Conflict', message: 'newer' }));
    await expect(run()).rejects.toThrow('newer');
    await run();
    expect(condition('Applied')?.status).toBe('True');
    expect(made).toBe(1);
  });

  it('deletes what is no longer wanted, and nothing of others', async () => {
    await run();
    const owner = cluster.take(types.ingresses, 'gs')?.metadata.ownerReferences ?? [];
    cluster.put(types.configMaps, { metadata: { name: 'theirs', namespace: 'n', ownerReferences: owner } });
    server({ expose: 'none' });
    cluster.written();
    await run();
    expect(cluster.written().sort()).toEqual(
      ['apply deployments/n/gs', 'delete ingresses/n/gs', 'delete secrets/n/gs-tls', STATUS].sort(),
    );
  });

  it.each<[Partial<GateServerSpec>, RegExp]>([
    [{ 'api-url': 'http://10.0.0.1' }, /spec\.api-url/],
    [{ route: '10.0.0.1' }, /spec\.route is 10\.0\.0\.1, an IP address: use a DNS name/],
    [{ 'max-duration': '1d' }, /spec\.max-duration/],
    [{ 'key-rotation': '1ms' }, /spec\.key-rotation is 1ms: use at least 1h/],
  ])('makes nothing of %j', async (spec, message) => {
    server(spec);
    expect(await run()).toBeUndefined();
    expect(cluster.written()).toEqual([STATUS]);
    expect(made).toBe(0);
    await run();
    expect(cluster.written()).toEqual([]);
    expect(current()?.status?.phase).toBe('Error');
    expect(condition('Ready')?.message).toMatch(message);
  });

  describe('fields that restrict and are not enforced (security row 22)', () => {
    it.each([
      ['idle-timeout', '5m'],
      ['issuer-recheck', '10s'],
      ['issuer-recheck', '60s'],
      ['max-consoles', 10],
    ] as const)('%s: Error where the gateway does not know it, nothing is made', async (field, value) => {
      const enforced = ENFORCED.gateserver as Set<string>;
      enforced.delete(field);
      try {
        server({ [field]: value });
        await run();
      } finally {
        enforced.add(field);
      }
      expect(cluster.written()).toEqual([STATUS]);
      expect(current()?.status?.phase).toBe('Error');
      expect(condition('Ready')).toMatchObject({ status: 'False', reason: 'NotEnforced' });
      expect(condition('Ready')?.message).toContain(
        `spec.${field} is ${value}, which this release does not enforce yet: remove it.`,
      );
      await run();
      expect(current()?.status?.phase).toBe('Progressing');
    });

    it.each(['0s', '10s', '60s', '24h'])('all of them are enforced: issuer-recheck %s', async (recheck) => {
      server({ 'issuer-recheck': recheck });
      await run();
      expect(condition('FieldsInEffect')).toMatchObject({ status: 'True', reason: 'All' });
      const spec = JSON.stringify(cluster.take(types.deployments, 'gs')?.['spec']);
      expect(spec).toContain(`{"name":"ISSUER_RECHECK","value":"${recheck}"}`);
    });
  });

  it.each<[Partial<GateServerSpec>, string[]]>([
    [{ expose: 'loadbalancer', tls: { 'secret-name': 'mine' }, 'ingress-class': 'nginx' }, ['tls', 'ingress-class']],
    [{ expose: 'none', tls: {} }, ['tls']],
    [{ expose: 'route', 'ingress-class': 'x' }, ['ingress-class']],
    [{ expose: 'ingress', tls: { 'secret-name': 'mine' }, 'ingress-class': 'nginx' }, []],
    [{ 'web-app': 'https://app.example.com' }, []],
  ])('names what has no effect in %j', async (spec, fields) => {
    server(spec);
    await run();
    const { status, message = '' } = condition('FieldsInEffect') ?? {};
    expect(status).toBe(fields.length === 0 ? 'True' : 'False');
    for (const field of fields) expect(message).toContain(`spec.${field}`);
    expect(message.includes('Ingress')).toBe(fields.length > 0);
  });

  it('tells the gateway what it acts on, and nothing else', async () => {
    const oidc = {
      'issuer-url': 'https://login.example.com',
      'client-id': 'kg',
      'client-secret-ref': { name: 'oidc' },
    };
    server({ 'web-app': 'https://app.example.com', oidc });
    await run();
    const spec = JSON.stringify(cluster.take(types.deployments, 'gs')?.['spec']);
    expect(spec).toContain('{"name":"WEB_APP","value":"https://app.example.com"}');
    expect(spec).not.toContain('login.example.com');
  });

  it('takes no right from guests because an API is away', async () => {
    server({ 'admin-resources': '*' });
    discovered.served.push({ group: 'b.io', name: 'bs' });
    await run();
    const rules = () => cluster.take(types.roles, 'gs-guest')?.['rules'];
    const before = rules();
    expect(JSON.stringify(before)).toContain('b.io');
    discovered = { served: [{ group: '', name: 'pods' }], silent: ['b.io'] };
    expect(await run()).toBe(30_000);
    expect(rules()).toEqual(before);
    expect(condition('GuestRights')).toMatchObject({ status: 'False', reason: 'NotGiven' });
    expect(condition('GuestRights')?.message).toContain('b.io does not respond');
    server({ 'admin-resources': 'pods' });
    await run();
    expect(JSON.stringify(rules())).not.toContain('b.io');
  });

  it('refuses a name that gives no name to a Service', async () => {
    server({}, 'x', 'my.gate');
    await run('my.gate');
    expect(cluster.written()).toEqual(['apply gateservers/n/my.gate/status']);
  });

  it('names what it does not act on', async () => {
    server({
      expose: 'route',
      oidc: { 'issuer-url': 'https://x.y', 'client-id': 'c', 'client-secret-ref': { name: 's' } },
    });
    await run();
    expect(condition('Exposed')).toMatchObject({ status: 'False', reason: 'NotSupported' });
    expect(condition('FieldsInEffect')?.message).toContain('spec.oidc');
  });
});
