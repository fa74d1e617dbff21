import { beforeEach, describe, expect, it } from 'vitest';
import { type GateServer, type GateServerSpec } from '#libs/api';
import { type KubeObject, types } from '#libs/kube';
import { OPERATOR } from '../cluster/labels.js';
import { OWNED } from '../cluster/watches.js';
import { FakeCluster } from '../testing/fake-cluster.js';
import { fixedKeys } from '../testing/fixed-keys.js';
import { serverReconciler } from '../testing/reconcile.js';

const factory = fixedKeys('gs.example.com');

describe('other managers of what a GateServer owns', () => {
  let cluster: FakeCluster;
  let events: string[];

  beforeEach(async () => {
    cluster = new FakeCluster();
    events = [];
    server({});
    await run();
  });

  function server(spec: Partial<GateServerSpec>): void {
    const status = current()?.status;
    const object = { metadata: { name: 'gs', namespace: 'n', uid: 'u' }, spec: { route: 'gs.example.com', ...spec } };
    cluster.put(types.gateServers, { ...object, ...(status ? { status } : {}) });
  }
  const current = () => cluster.take(types.gateServers, 'gs') as unknown as GateServer | undefined;

  /** @returns what was written */
  async function run(now = Date.now): Promise<string[]> {
    cluster.written();
    await serverReconciler(cluster, { factory, now, record: (event) => events.push(event) }).reconcile('n/gs');
    return cluster.written();
  }

  it('may add to its lists; what they change is repaired', async () => {
    const deployment = cluster.take(types.deployments, 'gs')?.['spec'] as { template: { spec: PodSpec } };
    const pod = deployment.template.spec;
    const [container] = pod.containers;
    container?.env.unshift({ name: 'TZ', value: 'UTC' });
    container?.ports.push({ containerPort: 9999, protocol: 'TCP' });
    pod.containers.push({ name: 'sidecar', env: [], ports: [] });
    pod.volumes.unshift({ name: 'added', emptyDir: {} });
    const service = cluster.take(types.services, 'gs')?.['spec'] as { ports: object[] };
    service.ports.unshift({ name: 'added', port: 9999, protocol: 'TCP' });
    for (const type of OWNED) {
      const object = cluster.take(type, 'gs');
      object?.metadata.ownerReferences?.push({ apiVersion: 'v1', kind: 'Other', name: 'o', uid: 'other' });
    }
    events = [];
    expect(await run()).toEqual([]);
    expect(events).toEqual([]);
    const guest = container?.env.find(({ name }) => name === 'GUEST_SERVICE_ACCOUNT');
    if (guest) guest.value = 'default';
    expect(await run()).toEqual(['apply deployments/n/gs']);
  });

  const replicas = () => (cluster.take(types.deployments, 'gs')?.['spec'] as { replicas?: number }).replicas;
  const scale = (count: number, subresource?: string) => {
    const { metadata, spec, ...rest } = cluster.take(types.deployments, 'gs') ?? expect.unreachable();
    // ScaleSpec leaves out a zero, so nobody owns it.
    const fieldsV1 = { 'f:spec': count === 0 ? {} : { 'f:replicas': {} } };
    const managedFields = [
      { manager: OPERATOR, operation: 'Apply', fieldsV1: { 'f:spec': { 'f:template': {} } } },
      { manager: 'other', operation: 'Update', fieldsV1, ...(subresource ? { subresource } : {}) },
    ];
    const status = { observedGeneration: 1, updatedReplicas: count, readyReplicas: count };
    const scaled = { metadata: { ...metadata, managedFields }, spec: { ...(spec as object), replicas: count } };
    cluster.put(types.deployments, { ...rest, ...scaled, status } as KubeObject);
  };

  it.each([5, 1, 0])('keep the %i replicas that they scale to, until spec.replicas changes', async (count) => {
    scale(count, 'scale');
    await run();
    expect(await run()).toEqual([]);
    expect(replicas()).toBe(count);
    const available = current()?.status?.conditions?.find(({ type }) => type === 'Available');
    expect(available?.message).toContain(`${count} of ${count} gateways are ready.`);
    server({ replicas: 3 });
    await run();
    expect(replicas()).toBe(3);
  });

  it('keep the replicas that they scale to while the GateServer is being reconciled', async () => {
    await run(() => {
      scale(5, 'scale');
      return Date.now();
    });
    expect(replicas()).toBe(5);
  });

  it('do not keep those that they write into the Deployment', async () => {
    scale(5);
    await run();
    expect(replicas()).toBe(2);
  });
});

interface PodSpec {
  containers: { name: string; env: { name: string; value?: string }[]; ports: object[] }[];
  volumes: object[];
}
