import { describe, expect, test } from 'vitest';
import { types } from '#libs/kube';
import { FakeClient } from '../testing/fake-client.js';
import { type Tell } from '../tell.js';
import { type Deployment, type ReplicaSet } from '../workload.js';
import { syncDeployment } from './index.js';
import { HASH_LABEL, replicaSetOf, REVISION, templateHash } from './revision.js';
import { deploymentStatus } from './status.js';

const NOW = new Date('2026-01-02T03:04:05Z');

function deployment(image: string, replicas = 2): Deployment {
  return {
    metadata: { name: 'web', namespace: 'ns', uid: 'd', generation: 1, annotations: { [REVISION]: '1' } },
    spec: {
      replicas,
      selector: { matchLabels: { app: 'web' } },
      template: { metadata: { labels: { app: 'web' } }, spec: { containers: [{ name: 'main', image }] } },
    },
  };
}

const full = { replicas: 2, readyReplicas: 2, availableReplicas: 2 };

function made(from: Deployment, revision = 1, replicas = 2, status: ReplicaSet['status'] = full): ReplicaSet {
  return { ...replicaSetOf(from, replicas, revision), status };
}

/** The Deployment with the status that its sets give it. */
function settled(from: Deployment, set: ReplicaSet): Deployment {
  return { ...from, status: deploymentStatus(from, set, [], NOW) };
}

test('the first pass makes a ReplicaSet and tells of it', async () => {
  const fake = new FakeClient();
  const { annotations: _, ...metadata } = deployment('a').metadata;
  const told: string[] = [];
  const tell: Tell = (_object, reason, message) => told.push(`${reason}: ${message}`);
  await syncDeployment(fake.client, { ...deployment('a'), metadata }, NOW, tell);
  const hash = templateHash(deployment('a').spec.template);
  expect(fake.calls).toEqual([
    `create replicasets ns/web-${hash}`,
    'patch deployments ns/web',
    'patch deployments ns/web status',
  ]);
  expect(told).toEqual([`ScalingReplicaSet: Scaled up replica set web-${hash} from 0 to 2`]);
  expect(fake.writes[0]?.body).toMatchObject({
    metadata: { ownerReferences: [{ kind: 'Deployment', name: 'web', uid: 'd', controller: true }] },
    spec: { replicas: 2, selector: { matchLabels: { app: 'web', [HASH_LABEL]: hash } } },
  });
  expect(fake.writes[1]?.body).toEqual({ metadata: { annotations: { [REVISION]: '1' } } });
});

test('nothing is written when nothing is to do', async () => {
  const set = made(deployment('a'));
  const fake = new FakeClient().with(types.replicaSets, set);
  await syncDeployment(fake.client, settled(deployment('a'), set), new Date(NOW.getTime() + 60_000));
  expect(fake.writes).toEqual([]);
});

test('a ReplicaSet with another controller is left alone', async () => {
  const foreign = made({ ...deployment('a'), metadata: { ...deployment('a').metadata, uid: 'other' } });
  const fake = new FakeClient().with(types.replicaSets, foreign);
  await syncDeployment(fake.client, deployment('a'), NOW);
  expect(fake.calls[0]).toMatch(/^create replicasets/);
});

test('another template begins with one pod more', async () => {
  const fake = new FakeClient().with(types.replicaSets, made(deployment('a')));
  await syncDeployment(fake.client, deployment('b'), NOW);
  expect(fake.writes[0]).toMatchObject({
    call: expect.stringMatching(/^create/) as string,
    body: { spec: { replicas: 1 } },
  });
  expect(fake.writes[1]?.body).toEqual({ metadata: { annotations: { [REVISION]: '2' } } });
  expect(fake.calls.filter((call) => call.startsWith('patch replicasets'))).toEqual([]);
});

test('going back to a former template gives it a new revision', async () => {
  const [a, b] = [made(deployment('a'), 1, 0, { replicas: 0 }), made(deployment('b'), 2)];
  const fake = new FakeClient().with(types.replicaSets, a, b);
  await syncDeployment(fake.client, deployment('a'), NOW);
  expect(fake.writes[0]).toEqual({
    call: `patch replicasets ns/${a.metadata.name}`,
    body: { metadata: { annotations: { [REVISION]: '3' } }, spec: { replicas: 1 } },
  });
});

test('a paused Deployment only tells its status', async () => {
  const paused = { ...deployment('b'), spec: { ...deployment('b').spec, paused: true } };
  const fake = new FakeClient().with(types.replicaSets, made(deployment('a')));
  await syncDeployment(fake.client, paused, NOW);
  expect(fake.calls).toEqual(['patch deployments ns/web status']);
});

test('empty ReplicaSets beyond the history are deleted, the oldest first', async () => {
  const old = ['a', 'b', 'c'].map((image, index) => made(deployment(image), index + 1, 0, { replicas: 0 }));
  const current = deployment('d');
  const kept = { ...current, spec: { ...current.spec, revisionHistoryLimit: 1 } };
  const fake = new FakeClient().with(types.replicaSets, ...old, made(current, 4));
  await syncDeployment(fake.client, kept, NOW);
  const deleted = fake.calls.filter((call) => call.startsWith('delete'));
  expect(deleted).toEqual(old.slice(0, 2).map(({ metadata }) => `delete replicasets ns/${metadata.name}`));
});

describe('status', () => {
  test('is complete when all pods are new and available', () => {
    const status = deploymentStatus(deployment('a'), made(deployment('a')), [], NOW);
    expect(status).toMatchObject({ replicas: 2, updatedReplicas: 2, availableReplicas: 2, unavailableReplicas: 0 });
    expect(status.conditions).toMatchObject([
      { type: 'Available', status: 'True', reason: 'MinimumReplicasAvailable' },
      { type: 'Progressing', status: 'True', reason: 'NewReplicaSetAvailable' },
    ]);
  });

  test('times move on flips only', () => {
    const before = settled(deployment('a'), made(deployment('a')));
    const later = new Date(NOW.getTime() + 60_000);
    expect(deploymentStatus(before, made(deployment('a')), [], later)).toEqual(before.status);
    const broken = deploymentStatus(before, made(deployment('a'), 1, 2, { replicas: 2 }), [], later);
    expect(broken.conditions?.[0]).toMatchObject({ status: 'False', lastTransitionTime: '2026-01-02T03:05:05Z' });
  });
});

test('the status says that pods are refused, as the ReplicaSet does', () => {
  const refused = { type: 'ReplicaFailure', status: 'True', reason: 'FailedCreate', message: 'exceeded quota' };
  const current = made(deployment('a'), 1, 2, { replicas: 0, conditions: [refused] });
  expect(deploymentStatus(deployment('a'), current, [], NOW).conditions).toContainEqual(
    expect.objectContaining(refused),
  );
});
