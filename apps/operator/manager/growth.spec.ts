import { expect, it } from 'vitest';
import { API_VERSION } from '#libs/api';
import { type KubeObject, types } from '#libs/kube';
import { clusterWithServer } from '../testing/session-secret.js';
import { fixedKeys } from '../testing/fixed-keys.js';
import { serverReconciler, tokenReconciler } from '../testing/reconcile.js';

it('looks at no other objects than those of the namespace, however many there are', async () => {
  const cluster = clusterWithServer();
  const metadata = { name: 't', namespace: 'n', uid: 'u', creationTimestamp: new Date().toISOString() };
  const spec = { vm: 'vm1' };
  cluster.put(types.gateTokens, { apiVersion: API_VERSION, kind: 'GateToken', metadata, spec } as KubeObject);
  const servers = serverReconciler(cluster, { factory: fixedKeys('gs.example.com') });
  await servers.reconcile('n/gs');
  await tokenReconciler(cluster, {}).reconcile('n/t');
  cluster.scans = 0;
  await servers.reconcile('n/gs');
  await tokenReconciler(cluster, {}).reconcile('n/t');
  expect(cluster.scans).toBe(0);
});
