import { expect, it } from 'vitest';
import { API_VERSION, type GateToken } from '#libs/api';
import { types } from '#libs/kube';
import { FakeCluster } from '../testing/fake-cluster.js';
import { tokenReconciler } from '../testing/reconcile.js';

it('the audit log tells that a grant was issued, and that it was revoked, once each, also after a restart', async () => {
  const cluster = new FakeCluster();
  const log: string[] = [];
  const reconcile = () => tokenReconciler(cluster, { write: (line) => void log.push(line) }).reconcile('n/t');
  const metadata = { name: 't', namespace: 'n', uid: 'u', creationTimestamp: '2030-01-01T12:00:00Z', generation: 1 };
  const put = (revoked: boolean, more: object = {}) =>
    cluster.put(types.gateTokens, {
      ...{ apiVersion: API_VERSION, kind: 'GateToken', metadata },
      ...{ spec: { urls: ['/version'], revoked }, ...more },
    });
  put(false);
  await reconcile();
  await reconcile();
  const { status } = cluster.take(types.gateTokens, 't') as unknown as GateToken;
  put(true, { status });
  await reconcile();
  await reconcile();
  const lines = log.map((line) => JSON.parse(line) as Record<string, unknown>);
  const what = { resource: 'gatetokens', namespace: 'n', name: 't' };
  expect(lines).toMatchObject([
    { component: 'operator', audit: 'issue', outcome: 'observed', what: { verb: 'create', ...what } },
    { component: 'operator', audit: 'revoke', outcome: 'observed', what: { verb: 'patch', ...what } },
  ]);
});
