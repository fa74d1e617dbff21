import { expect, test } from 'vitest';
import { KubeError, types } from '#libs/kube';
import { controllerReference } from '../owner.js';
import { FakeClient } from '../testing/fake-client.js';
import { type Pod, type ReplicaSet } from '../workload.js';
import { syncReplicaSet } from './index.js';
import { planReplicaSet } from './plan.js';

const set = (replicas: number, extra: Partial<ReplicaSet> = {}): ReplicaSet => ({
  metadata: { name: 'rs', namespace: 'ns', uid: 'rs', generation: 3 },
  spec: {
    replicas,
    selector: { matchLabels: { app: 'web' } },
    template: { metadata: { labels: { app: 'web' } }, spec: { containers: [] } },
  },
  ...extra,
});

function pod(
  name: string,
  { ready = true, created = '2026-01-01T00:00:00Z', ...status }: Record<string, unknown> = {},
): Pod {
  return {
    metadata: {
      name,
      namespace: 'ns',
      uid: name,
      labels: { app: 'web' },
      creationTimestamp: String(created),
      ownerReferences: [controllerReference(types.replicaSets, set(1))],
    },
    spec: { nodeName: 'local', containers: [] },
    status: {
      phase: 'Running',
      conditions: [{ type: 'Ready', status: ready ? 'True' : 'False', lastTransitionTime: '2026-01-02T03:04:00Z' }],
      ...status,
    },
  };
}

test('missing pods are made from the template', async () => {
  const fake = new FakeClient().with(types.pods, pod('a'));
  await syncReplicaSet(fake.client, set(3));
  expect(fake.calls).toEqual(['create pods ns/rs-1', 'create pods ns/rs-2', 'patch replicasets ns/rs status']);
  expect(fake.writes[0]?.body).toMatchObject({
    metadata: { labels: { app: 'web' }, ownerReferences: [{ uid: 'rs', controller: true, blockOwnerDeletion: true }] },
    spec: { containers: [] },
  });
});

test('nothing is written when nothing is to do', async () => {
  const status = {
    replicas: 1,
    readyReplicas: 1,
    availableReplicas: 1,
    observedGeneration: 3,
  };
  const fake = new FakeClient().with(types.pods, pod('a'));
  await syncReplicaSet(fake.client, set(1, { status }));
  expect(fake.writes).toEqual([]);
});

test('surplus pods go: those that are not ready first, then the youngest', () => {
  const pods = [pod('old'), pod('young', { created: '2026-01-02T00:00:00Z' }), pod('sick', { ready: false })];
  expect(planReplicaSet(set(1), pods).remove.map(({ metadata }) => metadata.name)).toEqual(['sick', 'young']);
});

test('pods that ended or are going do not count', () => {
  const going = pod('going');
  going.metadata.deletionTimestamp = '2026-01-02T03:04:05Z';
  const plan = planReplicaSet(set(1), [pod('done', { phase: 'Failed' }), going]);
  expect(plan).toMatchObject({ create: 1, remove: [], status: { replicas: 0 } });
});

test('a ReplicaSet that is being deleted makes and removes nothing', () => {
  const { metadata } = set(2);
  const going = { ...set(2), metadata: { ...metadata, deletionTimestamp: '2026-01-02T03:04:05Z' } };
  expect(planReplicaSet(going, [pod('a')])).toMatchObject({ create: 0, remove: [] });
});

test('foreign pods are left alone', async () => {
  const foreign = pod('foreign');
  foreign.metadata.ownerReferences = [{ apiVersion: 'v1', kind: 'X', name: 'x', uid: 'x', controller: true }];
  const fake = new FakeClient().with(types.pods, foreign);
  await syncReplicaSet(fake.client, set(0));
  expect(fake.calls).toEqual(['patch replicasets ns/rs status']);
});

test('pods that the API server refuses are a condition, until they are made', async () => {
  const refusing = new FakeClient();
  const error = new KubeError({ code: 403, reason: 'Forbidden', message: 'exceeded quota' });
  refusing.create = () => Promise.reject(error);
  await expect(syncReplicaSet(refusing.client, set(1))).rejects.toBe(error);
  const condition = { type: 'ReplicaFailure', status: 'True', reason: 'FailedCreate', message: 'exceeded quota' };
  expect(refusing.writes).toMatchObject([{ body: { status: { replicas: 0, conditions: [condition] } } }]);
  const allowing = new FakeClient();
  await syncReplicaSet(allowing.client, set(1, { status: { replicas: 0, conditions: [condition] } }));
  expect(allowing.writes.at(-1)).toMatchObject({ body: { status: { conditions: [] } } });
});
