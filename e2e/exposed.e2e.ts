import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { API_VERSION, type GateServer } from '#libs/api';
import { apiVersion, isKubeError, type KubeObject, types } from '#libs/kube';
import { adminClient } from './support/admin.js';
import { until } from './support/until.js';

const admin = adminClient();
const id = Date.now().toString(36);
const [namespace, elsewhere] = [`exposed-${id}`, `elsewhere-${id}`];
const className = `class-${id}`;

/** The kind is served by real control planes only. */
const hasClasses = await admin.list(types.ingressClasses).then(
  () => true,
  (error: unknown) => !isKubeError(error, 404) && Promise.reject(error as Error),
);

beforeAll(async () => {
  for (const name of [namespace, elsewhere]) await admin.create(types.namespaces, { metadata: { name } });
});
afterAll(async () => {
  const isGone = (error: unknown): boolean => isKubeError(error, 404);
  for (const name of [namespace, elsewhere]) await admin.delete(types.namespaces, name);
  for (const name of [namespace, elsewhere]) {
    const gone = () => admin.get(types.namespaces, name).then(() => false, isGone);
    await until(`the namespace ${name} is gone`, gone, 60_000);
  }
});

/** A GateServer whose gateway need not run. */
async function create(name: string, spec: object = {}): Promise<string> {
  const route = `${name}.${namespace}.example.com`;
  const server = { metadata: { name, namespace }, spec: { route, replicas: 0, expose: 'ingress', ...spec } };
  await admin.create(types.gateServers, { apiVersion: API_VERSION, kind: 'GateServer', ...server });
  return route;
}

/** Waits until `Exposed` has this reason. @returns its message */
async function exposed(name: string, reason: string, withinMs = 30_000): Promise<string> {
  const found = await until(
    `${name} is Exposed: ${reason}`,
    async () => {
      const { status } = await admin.get<GateServer>(types.gateServers, name, namespace);
      return status?.conditions?.find((one) => one.type === 'Exposed' && one.reason === reason);
    },
    withinMs,
  );
  expect(found.status).toBe(reason === 'Exposed' ? 'True' : 'False');
  return found.message;
}

function ingress(host: string, metadata: { name: string; namespace: string }, path = '/'): KubeObject {
  const backend = { service: { name: 'web', port: { number: 80 } } };
  const rules = [{ host, http: { paths: [{ path, pathType: 'Prefix', backend }] } }];
  return { apiVersion: apiVersion(types.ingresses), kind: 'Ingress', metadata, spec: { rules } } as KubeObject;
}

describe('Exposed says that another Ingress takes the requests for the host name', () => {
  it('names one of its own namespace, until that has a path of its own', async () => {
    const host = await create('same');
    await exposed('same', 'Exposed');
    const other = { name: 'website', namespace };
    await admin.create(types.ingresses, ingress(host, other));
    expect(await exposed('same', 'HostShared')).toContain(`Ingress website takes all requests for ${host}, too`);
    const { spec } = ingress(host, other, '/docs') as unknown as { spec: object };
    await admin.patch(types.ingresses, 'website', namespace, { spec }, 'merge');
    await exposed('same', 'Exposed');
  });

  it('does not name one of another namespace, until that is deleted', async () => {
    const host = await create('other');
    await exposed('other', 'Exposed');
    await admin.create(types.ingresses, ingress(host, { name: 'website', namespace: elsewhere }));
    const message = await exposed('other', 'HostShared');
    expect(message).toContain(`an Ingress in another namespace takes all requests for ${host}, too`);
    expect(message).not.toMatch(/elsewhere|website/);
    await admin.delete(types.ingresses, 'website', elsewhere);
    await exposed('other', 'Exposed');
  });
});

describe.skipIf(!hasClasses)('where the cluster serves IngressClasses', () => {
  afterAll(() => admin.delete(types.ingressClasses, className));

  it('Exposed says that the one in the spec does not exist, until it is created', async () => {
    await create('classed', { 'ingress-class': className });
    const message = await exposed('classed', 'IngressClassMissing');
    expect(message).toContain(`spec.ingress-class: this cluster has no IngressClass ${className}`);
    const spec = { controller: 'example.com/ingress-controller' };
    await admin.create(types.ingressClasses, { metadata: { name: className }, spec });
    await exposed('classed', 'Exposed', 50_000);
  });
});

describe.skipIf(hasClasses)('where it does not', () => {
  it('the name of an IngressClass makes no difference', async () => {
    await create('unclassed', { 'ingress-class': className });
    await exposed('unclassed', 'Exposed');
  });
});
