import { expect, it } from 'vitest';
import { type GateServer, type GateServerSpec } from '#libs/api';
import { type KubeObject, types } from '#libs/kube';
import { makeCa, makeCertificate } from '#libs/pki';
import { FakeCluster } from '../testing/fake-cluster.js';
import { fixedKeys } from '../testing/fixed-keys.js';
import { serverReconciler } from '../testing/reconcile.js';

const factory = fixedKeys('gs.example.com');
const DAY_MS = 24 * 3_600_000;
const ca = await makeCa({ cn: 'ca' });
const base64 = (text: string) => Buffer.from(text).toString('base64');

/** Data of a Secret for TLS, of a certificate that is good for a day. */
async function pair(dns: string[] = ['gs.example.com'], now = new Date()) {
  const { cert, key } = await makeCertificate(ca, { cn: 'gs.example.com', dns, days: 1, now });
  return { 'tls.crt': base64(cert), 'tls.key': base64(key) };
}

const MINE = await pair();
const ANOTHER = await pair();
const CHAIN = { ...MINE, 'tls.crt': base64(Buffer.from(MINE['tls.crt'], 'base64').toString() + ca.cert) };
const EXPIRED = await pair(undefined, new Date('2020-01-01T00:00:00Z'));
const EARLY = await pair(undefined, new Date(Date.now() + 9 * DAY_MS));
const ELSEWHERE = await pair(['gs.example.org', 'example.com', '*.gs.example.com']);
const NAMELESS = await pair([]);
const WILDCARD = await pair(['*.example.com']);

/** A GateServer with this Secret for TLS, and gateways that run. */
class Served {
  now = Date.now();
  readonly #cluster = new FakeCluster();

  constructor(data: Record<string, string>, tls: GateServerSpec['tls'] = { 'secret-name': 'mine' }) {
    const name = tls?.['secret-name'] ?? 'gs-tls';
    const server = { metadata: { name: 'gs', namespace: 'n', uid: 'u' }, spec: { route: 'gs.example.com', tls } };
    this.#cluster.put(types.gateServers, server);
    this.#cluster.put(types.secrets, { metadata: { name, namespace: 'n' }, data } as KubeObject);
  }

  /** @returns the condition Ready, and when it is looked at again */
  async look() {
    await this.#reconcile();
    const status = { readyReplicas: 2, updatedReplicas: 2 };
    const made = this.#cluster.take(types.deployments, 'gs');
    this.#cluster.put(types.deployments, { ...made, status } as KubeObject);
    const result = await this.#reconcile();
    const { status: told } = this.#cluster.take(types.gateServers, 'gs') as unknown as GateServer;
    return { ready: told?.conditions?.find(({ type }) => type === 'Ready'), again: result?.again ?? 0 };
  }

  #reconcile() {
    const groups = ['kubevirt.io', 'cert-manager.io'];
    return serverReconciler(this.#cluster, { factory, groups, now: () => this.now }).reconcile('n/gs');
  }
}

it.each<[string, Record<string, string>, RegExp]>([
  [
    'garbage',
    { 'tls.crt': base64('garbage'), 'tls.key': base64('garbage') },
    /a tls\.crt that cannot be used: it contains no certificate .*\. Delete it and create it with "kubectl create secret tls mine/,
  ],
  ['half a certificate', { ...MINE, 'tls.crt': MINE['tls.crt'].slice(0, 400) }, /certificate 1 of 1 has no end/],
  ['a broken chain', { ...MINE, 'tls.crt': CHAIN['tls.crt'].slice(0, -200) }, /certificate 2 of 2/],
  [
    'a key of garbage',
    { ...MINE, 'tls.key': base64('garbage') },
    /a tls\.key that cannot be used: it is not a private key in PEM without a passphrase\. Delete/,
  ],
  [
    'the key of another certificate',
    { ...MINE, 'tls.key': ANOTHER['tls.key'] },
    /a tls\.key that does not belong to the certificate in tls\.crt\./,
  ],
  ['an expired certificate', EXPIRED, /a certificate that expired on 2020-01-02T00:00:00Z\./],
  ['a certificate that is not valid yet', EARLY, /a certificate that is not valid before 2\d{3}-\S+Z\./],
  [
    'a certificate for other hosts',
    ELSEWHERE,
    /a certificate that is not for gs\.example\.com, the host of spec\.route\./,
  ],
  ['a certificate that has a common name alone, which browsers ignore', NAMELESS, /is not for gs\.example\.com/],
])('a GateServer is not Ready with %s, and says what to do', async (_what, data, message) => {
  const { ready } = await new Served(data).look();
  expect(ready).toMatchObject({ status: 'False', reason: 'CertificateInvalid' });
  expect(ready?.message).toMatch(/^spec\.tls\.secret-name: Secret mine holds /);
  expect(ready?.message).toMatch(message);
});

it('refers to cert-manager where that made the certificate', async () => {
  const { ready } = await new Served(EXPIRED, { 'issuer-ref': { name: 'ca' } }).look();
  expect(ready).toMatchObject({ status: 'False', reason: 'CertificateInvalid' });
  expect(ready?.message).toMatch(
    /^spec\.tls\.issuer-ref: Secret gs-tls holds a certificate that expired on .*\. See "kubectl describe certificate -n n"\./,
  );
});

it.each([
  ['a certificate', MINE],
  ['a chain', CHAIN],
  ['a certificate for all hosts of its domain', WILDCARD],
])('a GateServer is Ready with %s', async (_what, data) => {
  expect((await new Served(data).look()).ready).toMatchObject({ status: 'True', reason: 'Ready' });
});

it('is looked at again when the certificate ends', async () => {
  const served = new Served(MINE);
  served.now += DAY_MS - 10 * 60_000;
  const { ready, again } = await served.look();
  expect(ready?.reason).toBe('Ready');
  expect(again).toBeGreaterThan(9 * 60_000);
  expect(again).toBeLessThan(11 * 60_000);
  served.now += again;
  expect((await served.look()).ready?.reason).toBe('CertificateInvalid');
});
