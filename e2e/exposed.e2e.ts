import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { API_VERSION, type GateServer } from '#libs/api';
import { isKubeError, types } from '#libs/kube';
import { adminClient } from './support/admin.js';
import { until } from './support/until.js';

const admin = adminClient();
const id = Date.now().toString(36);
const namespace = `exposed-${id}`;
const className = `class-${id}`;

/** The kind is served by real control planes only. */
const hasClasses = await admin.list(types.ingressClasses).then(
  () => true,
  (error: unknown) => !isKubeError(error, 404) && Promise.reject(error as Error),
);

beforeAll(async () => {
  await admin.create(types.namespaces, { metadata: { name: namespace } });
});
afterAll(async () => {
  const isGone = (error: unknown): boolean => isKubeError(error, 404);
  await admin.delete(types.namespaces, namespace);
  await until('the namespace is gone', () => admin.get(types.namespaces, namespace).then(() => false, isGone), 60_000);
});

/** A GateServer whose gateway need not run. */
async function create(name: string, spec: object): Promise<void> {
  const route = `${name}.${namespace}.example.com`;
  const server = { metadata: { name, namespace }, spec: { route, replicas: 0, expose: 'ingress', ...spec } };
  await admin.create(types.gateServers, { apiVersion: API_VERSION, kind: 'GateServer', ...server });
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
