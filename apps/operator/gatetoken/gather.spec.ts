import { expect, it } from 'vitest';
import { API_VERSION, SIGNING_KEY } from '#libs/api';
import { type KubeObject, types } from '#libs/kube';
import { MANAGED_BY, OPERATOR } from '../cluster/labels.js';
import { FakeCluster } from '../testing/fake-cluster.js';
import { tokenGatherer } from '../testing/reconcile.js';

it('reads the Secret that a token names only if it is marked, once for each version (security row 23)', async () => {
  const own = 'gs-jwt-secret';
  const cluster = new FakeCluster();
  const object = (name: string, rest: object) => ({ metadata: { name, namespace: 'n' }, ...rest }) as KubeObject;
  const secret = (name: string, metadata: object, data: string) =>
    cluster.put(types.secrets, { metadata: { name, namespace: 'n', ...metadata }, data: { data } } as KubeObject);
  cluster.put(types.gateServers, object('gs', { spec: {}, status: { 'secret-name': own } }));
  cluster.put(types.gateTokens, object('t', { spec: { urls: [], 'secret-name': 'named' } }));
  const gatherer = tokenGatherer(cluster);
  const found = async () => {
    const gathered = await gatherer.gather('n', 't');
    return [own, 'named', 'other'].map((name) => gathered?.secretOf(name)?.['data']);
  };
  const marked = { annotations: { [SIGNING_KEY]: 'true' } };

  const controller = { apiVersion: API_VERSION, kind: 'GateServer', name: 'gs', uid: 'gs-uid', controller: true };
  const label = { labels: { [MANAGED_BY]: OPERATOR } };
  secret(own, { ...label, ownerReferences: [controller] }, 'b3du');
  secret('named', {}, 'b25l');
  secret('other', marked, 'eA==');
  expect(await found()).toEqual([{ data: 'b3du' }, undefined, undefined]);
  expect(cluster.secretsRead).toEqual([]);

  secret('named', marked, 'b25l');
  for (const _ of [1, 2]) expect(await found()).toEqual([{ data: 'b3du' }, { data: 'b25l' }, undefined]);
  // The operator's label alone makes no difference.
  secret('named', { ...marked, ...label }, 'dHdv');
  expect(await found()).toEqual([{ data: 'b3du' }, { data: 'dHdv' }, undefined]);
  expect(cluster.secretsRead).toEqual(['named', 'named']);

  cluster.remove(types.secrets, 'named');
  cluster.remove(types.secrets, own);
  expect(await found()).toEqual([undefined, undefined, undefined]);
});
