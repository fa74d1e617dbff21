import { type V1HTTPIngressPath, type V1IngressSpec } from '@kubernetes/client-node';
import { beforeEach, describe, expect, it } from 'vitest';
import { type GateServer, type GateServerSpec } from '#libs/api';
import { type KubeObject, types } from '#libs/kube';
import { MANAGED_BY, OPERATOR } from '../cluster/labels.js';
import { FakeCluster } from '../testing/fake-cluster.js';
import { fixedKeys } from '../testing/fixed-keys.js';
import { serverReconciler } from '../testing/reconcile.js';

const ROUTE = 'gs.example.com';
const factory = fixedKeys(ROUTE);
const backend = { service: { name: 'web', port: { number: 80 } } };

let cluster: FakeCluster;
beforeEach(() => {
  cluster = new FakeCluster();
});

/** Reconciles a GateServer until all of its gateways run. @returns its conditions */
async function exposed(spec: Partial<GateServerSpec> = {}) {
  const metadata = { name: 'gs', namespace: 'n', uid: 'u', generation: 1 };
  cluster.put(types.gateServers, { metadata, spec: { route: ROUTE, ...spec } } as KubeObject);
  const reconcile = () => serverReconciler(cluster, { factory }).reconcile('n/gs');
  await reconcile();
  const status = { readyReplicas: 2, updatedReplicas: 2 };
  cluster.put(types.deployments, { ...cluster.take(types.deployments, 'gs'), status } as KubeObject);
  await reconcile();
  const { conditions = [] } = (cluster.take(types.gateServers, 'gs') as unknown as GateServer).status ?? {};
  const one = (type: string) => conditions.find((condition) => condition.type === type);
  return { exposed: one('Exposed'), ready: one('Ready') };
}

function others(spec: V1IngressSpec, metadata: KubeObject['metadata'] = {}): void {
  cluster.put(types.ingresses, { metadata: { name: 'web', namespace: 'n', ...metadata }, spec } as KubeObject);
}

/** An Ingress for the host name, with these fields of its only path. */
const path = (fields: Partial<V1HTTPIngressPath>, host: string | undefined = ROUTE): V1IngressSpec => ({
  rules: [{ ...(host ? { host } : {}), http: { paths: [{ pathType: 'Prefix', backend, ...fields }] } }],
});
const ALL = path({ path: '/' });

describe('Exposed and Ready are False while another Ingress takes all requests for the host name', () => {
  it.each<[string, V1IngressSpec]>([
    ['/', ALL],
    ['the front page alone', path({ path: '/', pathType: 'Exact' })],
    ['/ as its controller understands it', path({ path: '/', pathType: 'ImplementationSpecific' })],
    ['/*', path({ path: '/*', pathType: 'ImplementationSpecific' })],
    ['a regular expression for everything', path({ path: '/(.*)', pathType: 'ImplementationSpecific' })],
    ['no path', path({ pathType: 'ImplementationSpecific' })],
    ['no paths, and a default backend', { defaultBackend: backend, rules: [{ host: ROUTE }] }],
    ['a path of its own, and /', { rules: [...(path({ path: '/docs' }).rules ?? []), ...(ALL.rules ?? [])] }],
  ])('with %s', async (_what, spec) => {
    others(spec);
    const { exposed: condition, ready } = await exposed();
    expect(condition).toMatchObject({ status: 'False', reason: 'HostShared' });
    expect(condition?.message).toBe(
      'spec.route: Ingress web takes all requests for gs.example.com, too, so they may not reach the gateway. Delete Ingress web, give it a host name or path of its own, or change spec.route.',
    );
    expect(ready).toMatchObject({ status: 'False', reason: 'HostShared', message: condition?.message });
  });

  it('in another namespace, which is not named', async () => {
    others(ALL, { name: 'website', namespace: 'secret-project' });
    const { exposed: condition } = await exposed();
    expect(condition).toMatchObject({ status: 'False', reason: 'HostShared' });
    expect(condition?.message).toMatch(
      /^spec\.route: an Ingress in another namespace takes .*"kubectl get ingresses -A"/,
    );
    expect(condition?.message).not.toMatch(/secret|project|website/);
  });

  it('and that of its own namespace is named if there are several', async () => {
    others(ALL, { name: 'a', namespace: 'a' });
    others(ALL, { name: 'z' });
    expect((await exposed()).exposed?.message).toContain('Ingress z takes');
  });

  it('and one that merely has the label of the operator is another, too', async () => {
    others(ALL, { labels: { [MANAGED_BY]: OPERATOR } });
    expect((await exposed()).exposed?.reason).toBe('HostShared');
  });

  it('until that has gone, or has a path of its own', async () => {
    others(ALL);
    expect((await exposed()).ready?.status).toBe('False');
    others(path({ path: '/docs' }));
    expect((await exposed()).ready?.status).toBe('True');
    others(ALL);
    cluster.remove(types.ingresses, 'web');
    expect((await exposed()).ready?.status).toBe('True');
  });
});

describe('Exposed is True', () => {
  it.each<[string, V1IngressSpec, KubeObject['metadata']?]>([
    ['with a path of its own', path({ path: '/docs' })],
    ['with one page of its own', path({ path: '/robots.txt', pathType: 'Exact' })],
    [
      'with a challenge of cert-manager',
      path({ path: '/.well-known/acme-challenge/x', pathType: 'ImplementationSpecific' }),
    ],
    ['with another host name', path({ path: '/' }, 'other.example.com')],
    ['for all names of the domain', path({ path: '/' }, '*.example.com')],
    ['for any host', path({ path: '/' }, '')],
    ['with a default backend alone', { defaultBackend: backend }],
    ['with the host name and nothing behind it', { rules: [{ host: ROUTE }] }],
    ['that is being deleted', ALL, { deletionTimestamp: '2030-01-01T00:00:00Z' }],
  ])('beside an Ingress %s', async (_what, spec, metadata) => {
    others(spec, metadata);
    expect((await exposed()).exposed).toMatchObject({ status: 'True', reason: 'Exposed' });
  });

  it('where the gateway has no Ingress, and people make one for it', async () => {
    others(ALL);
    expect((await exposed({ expose: 'none' })).exposed).toMatchObject({ status: 'True', reason: 'None' });
  });
});

describe('an Ingress of another IngressClass, which another controller serves, takes nothing', () => {
  const ANNOTATED = { annotations: { 'kubernetes.io/ingress.class': 'inner' } };
  it.each<[string, string | undefined, V1IngressSpec, KubeObject['metadata'], string]>([
    ['another', 'outer', { ...ALL, ingressClassName: 'inner' }, {}, 'True'],
    ['another by annotation', 'outer', ALL, ANNOTATED, 'True'],
    ['the same', 'inner', { ...ALL, ingressClassName: 'inner' }, {}, 'False'],
    ['the same by annotation', 'inner', ALL, ANNOTATED, 'False'],
    ['none', 'outer', ALL, {}, 'False'],
    ['one where the gateway has none', undefined, { ...ALL, ingressClassName: 'inner' }, {}, 'False'],
  ])('%s', async (_what, own, spec, metadata, status) => {
    others(spec, metadata);
    expect((await exposed(own === undefined ? {} : { 'ingress-class': own })).exposed?.status).toBe(status);
  });

  it('also where the API server has given the gateway the default class', async () => {
    others({ ...ALL, ingressClassName: 'inner' });
    expect((await exposed()).exposed?.status).toBe('False');
    const own = cluster.take(types.ingresses, 'gs');
    cluster.put(types.ingresses, {
      ...own,
      spec: { ...(own?.['spec'] as object), ingressClassName: 'outer' },
    } as KubeObject);
    expect((await exposed()).exposed?.status).toBe('True');
  });
});
