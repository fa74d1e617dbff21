import { expect, it } from 'vitest';
import { API_VERSION, type GateToken } from '#libs/api';
import { types } from '#libs/kube';
import { FakeCluster } from '../testing/fake-cluster.js';
import { TokenJudge } from './judge-gatetoken.js';

const NOW = Date.parse('2030-01-01T12:00:00Z');

it.each([
  ['the creation', { name: 't', namespace: 'prod', creationTimestamp: '2029-01-01T12:00:00Z' }, '2030-01-02T12:00:00Z'],
  ['now, where that is not known yet', { name: 't', namespace: 'prod' }, '2031-01-02T12:00:00Z'],
])('refuses a GateToken that begins more than 366 days after %s', async (_what, metadata, latest) => {
  const cluster = new FakeCluster();
  const watches = { gateServers: cluster.cache(types.gateServers), secrets: cluster.metadata(types.secrets) };
  const judge = new TokenJudge(watches as never, { allows: async () => true }, { now: () => NOW });
  const judged = (from: string) => {
    const spec = { urls: ['/api/v1/namespaces/prod/pods'], from };
    const object: GateToken = { apiVersion: API_VERSION, kind: 'GateToken', metadata, spec };
    const userInfo = { username: 'dev', groups: [] };
    const resource = types.gateTokens;
    return judge.validate({ uid: 'u', operation: 'CREATE', namespace: 'prod', userInfo, object, resource });
  };
  expect(await judged(latest)).toEqual({ allowed: true });
  expect(await judged('2999-01-01T00:00:00Z')).toEqual({
    allowed: false,
    code: 422,
    reason: 'Invalid',
    message: `spec.from is more than a year (366 days) after the GateToken was created: use ${latest} or an earlier time.`,
  });
});
