import { expect, it } from 'vitest';
import { type GateServer } from '#libs/api';
import { type KubeObject, types } from '#libs/kube';
import { FakeCluster } from '../testing/fake-cluster.js';
import { fixedKeys } from '../testing/fixed-keys.js';
import { serverReconciler } from '../testing/reconcile.js';

const WEBHOOK = { service: 'hook', listen: { host: '127.0.0.1', port: 9443 } };

it.each([
  ['the admission webhook', WEBHOOK, 'webhook', { status: 'True', reason: 'Webhook' }],
  ['the gateway alone', undefined, 'gateway', { status: 'False', reason: 'NoWebhook' }],
])('says that %s checks issuers, and tells the gateway', async (_who, webhook, check, condition) => {
  const cluster = new FakeCluster();
  const spec = { route: 'gs.example.com' };
  cluster.put(types.gateServers, { metadata: { name: 'gs', namespace: 'n', uid: 'u' }, spec } as KubeObject);
  await serverReconciler(cluster, { factory: fixedKeys('gs.example.com'), ...(webhook && { webhook }) }).reconcile(
    'n/gs',
  );
  const { status } = cluster.take(types.gateServers, 'gs') as unknown as GateServer;
  expect(status?.conditions?.find(({ type }) => type === 'IssuersChecked')).toMatchObject(condition);
  const made = JSON.stringify(cluster.take(types.deployments, 'gs'));
  expect(made).toContain(JSON.stringify({ name: 'ISSUER_CHECK', value: check }));
});
