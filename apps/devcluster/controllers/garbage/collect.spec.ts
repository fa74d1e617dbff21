import { beforeEach, describe, expect, test } from 'vitest';
import { type KubeObject, types } from '#libs/kube';
import { type ServedType } from '../../discovery/index.js';
import { FakeClient } from '../testing/fake-client.js';
import { collect } from './collect.js';
import { Graph } from './graph.js';

const served = (type: (typeof types)[keyof typeof types]): ServedType => ({
  ...type,
  verbs: ['list', 'watch', 'delete'],
});
const [sets, pods] = [served(types.replicaSets), served(types.pods)];

const owner = (uid: string, metadata: Partial<KubeObject['metadata']> = {}): KubeObject => ({
  metadata: { name: uid, namespace: 'ns', uid, ...metadata },
});

const pod = (uid: string, owners: string[], metadata: Partial<KubeObject['metadata']> = {}): KubeObject => ({
  metadata: {
    name: uid,
    namespace: 'ns',
    uid,
    ownerReferences: owners.map((name) => ({
      apiVersion: 'apps/v1',
      kind: 'ReplicaSet',
      name,
      uid: name,
      blockOwnerDeletion: true,
    })),
    ...metadata,
  },
});

let graph: Graph;
let fake: FakeClient;

beforeEach(() => {
  graph = new Graph();
  fake = new FakeClient();
  const resources = [{ name: 'replicasets', kind: 'ReplicaSet', namespaced: true, verbs: ['list'] }];
  fake.discovery.set('/apis/apps/v1', { resources });
});

async function collectOne(uid: string): Promise<void> {
  const node = graph.get(uid);
  if (!node) throw new Error(`no ${uid}`);
  await collect(fake.client, graph, node);
}

test('an object whose owner is there stays', async () => {
  graph.put(sets, owner('a'));
  graph.put(pods, pod('p', ['a']));
  await collectOne('p');
  expect(fake.writes).toEqual([]);
});

test('an object whose owner is gone goes, but not another of its name', async () => {
  graph.put(pods, pod('p', ['a']));
  await collectOne('p');
  expect(fake.writes).toEqual([{ call: 'delete pods ns/p', body: { propagationPolicy: 'Background', uid: 'p' } }]);
});

test('an owner that only the API server knows keeps it', async () => {
  fake.with(types.replicaSets, owner('a'));
  graph.put(pods, pod('p', ['a']));
  await collectOne('p');
  expect(fake.writes).toEqual([]);
});

test('an owner recreated under the same name does not', async () => {
  fake.with(types.replicaSets, { metadata: { name: 'a', namespace: 'ns', uid: 'another' } });
  graph.put(pods, pod('p', ['a']));
  await collectOne('p');
  expect(fake.calls).toEqual(['delete pods ns/p']);
});

test('an owner of a kind that is not served does not cause a deletion', async () => {
  fake.discovery.clear();
  graph.put(pods, pod('p', ['a']));
  await collectOne('p');
  expect(fake.writes).toEqual([]);
});

test('of two owners the one that is gone is forgotten', async () => {
  graph.put(sets, owner('a'));
  graph.put(pods, pod('p', ['a', 'b']));
  await collectOne('p');
  expect(fake.calls).toEqual(['patch pods ns/p']);
  expect(fake.writes[0]?.body).toMatchObject({ metadata: { ownerReferences: [{ uid: 'a' }] } });
});

describe('in the foreground', () => {
  const going = { deletionTimestamp: '2026-01-01T00:00:00Z', finalizers: ['foregroundDeletion'] };

  test('dependents go first, the owner waits', async () => {
    graph.put(sets, owner('a', going));
    graph.put(pods, pod('p', ['a']));
    await collectOne('a');
    expect(fake.calls).toEqual(['delete pods ns/p']);
  });

  test('a dependent that is going already is not deleted again', async () => {
    graph.put(sets, owner('a', going));
    graph.put(pods, pod('p', ['a'], { deletionTimestamp: going.deletionTimestamp }));
    await collectOne('a');
    expect(fake.writes).toEqual([]);
  });

  test('without dependents the finalizer is taken off, others stay', async () => {
    graph.put(sets, owner('a', { ...going, finalizers: ['foregroundDeletion', 'mine'] }));
    await collectOne('a');
    expect(fake.writes[0]?.body).toMatchObject({ metadata: { finalizers: ['mine'] } });
  });
});

test('orphans forget their owner and stay', async () => {
  graph.put(sets, owner('a', { deletionTimestamp: '2026-01-01T00:00:00Z', finalizers: ['orphan'] }));
  graph.put(pods, pod('p', ['a']));
  await collectOne('a');
  expect(fake.calls).toEqual(['patch pods ns/p', 'patch replicasets ns/a']);
  expect(fake.writes[0]?.body).toMatchObject({ metadata: { ownerReferences: null } });
  expect(fake.writes[1]?.body).toMatchObject({ metadata: { finalizers: null } });
});

test('the graph follows a change of owners', () => {
  graph.put(pods, pod('p', ['a']));
  graph.put(pods, pod('p', ['b']));
  expect(graph.dependentsOf('a')).toEqual([]);
  expect(graph.dependentsOf('b').map(({ uid }) => uid)).toEqual(['p']);
  graph.delete('p');
  expect(graph.dependentsOf('b')).toEqual([]);
});
