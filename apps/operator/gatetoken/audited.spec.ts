import { expect, it } from 'vitest';
import { API_VERSION, type GateToken } from '#libs/api';
import { types } from '#libs/kube';
import { FakeCluster } from '../testing/fake-cluster.js';
import { tokenReconciler } from '../testing/reconcile.js';

it('the audit log tells that a grant was issued, and that it was revoked, once each, whatever others write into its status', async () => {
  const cluster = new FakeCluster();
  const log: string[] = [];
  const reconciler = tokenReconciler(cluster, { write: (line) => void log.push(line) });
  const reconcile = () => reconciler.reconcile('n/t');
  const metadata = { name: 't', namespace: 'n', uid: 'u', creationTimestamp: '2030-01-01T12:00:00Z', generation: 1 };
  const put = (revoked: boolean, more: object = {}) =>
    cluster.put(types.gateTokens, {
      ...{ apiVersion: API_VERSION, kind: 'GateToken', metadata },
      ...{ spec: { urls: ['/version'], revoked }, ...more },
    });
  put(false, { status: { phase: 'Ready' } });
  await reconcile();
  await reconcile();
  const { status } = cluster.take(types.gateTokens, 't') as unknown as GateToken;
  put(true, { status: { ...status, phase: 'Revoked' } });
  await reconcile();
  put(true);
  await reconcile();
  const lines = log.map((line) => JSON.parse(line) as Record<string, unknown>);
  const what = { resource: 'gatetokens', namespace: 'n', name: 't', uid: 'u' };
  expect(lines).toMatchObject([
    { component: 'operator', audit: 'issue', outcome: 'observed', what: { verb: 'create', ...what } },
    { component: 'operator', audit: 'revoke', outcome: 'observed', what: { verb: 'patch', ...what } },
  ]);
});
