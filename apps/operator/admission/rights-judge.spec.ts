import { afterEach, describe, expect, it } from 'vitest';
import { API_VERSION, type GateServer, type GateToken } from '#libs/api';
import { OwnClient, types } from '#libs/kube';
import { json, TestServer } from '../../../libs/kube/testing/server.js';
import { NOTHING } from '../gateserver/discovery.js';
import { FakeCluster } from '../testing/fake-cluster.js';
import { ServerJudge } from './judge-gateserver.js';
import { TokenJudge } from './judge-gatetoken.js';
import { type AdmissionRequest, type Verdict } from './review.js';
import { Reviewer } from './reviewer.js';
import { RightsJudge } from './rights-judge.js';

let server: TestServer;
afterEach(() => server.close());

async function judge(answer: () => [number, object], seals: Verdict = { allowed: true }): Promise<RightsJudge> {
  server = await TestServer.start((_, res) => {
    const [code, value] = answer();
    json(res, value, code);
  });
  const reviewer = new Reviewer(new OwnClient(server.upstream));
  const cluster = new FakeCluster();
  const watches = { gateServers: cluster.cache(types.gateServers), secrets: cluster.metadata(types.secrets) };
  const servers = new ServerJudge(reviewer, { discover: async () => NOTHING }, { gatewayImage: 'own:1' });
  return new RightsJudge(
    { validate: async () => seals },
    new TokenJudge(watches as never, reviewer, { now: () => 0 }),
    servers,
  );
}

const request = (resource: AdmissionRequest['resource'], object: object): AdmissionRequest<GateToken | GateServer> => ({
  uid: 'u',
  operation: 'CREATE',
  namespace: 'prod',
  userInfo: { username: 'dev', uid: '7', groups: ['people'], extra: { 'example.org/scopes': ['a', 'b'] } },
  object: { apiVersion: API_VERSION, metadata: { name: 'x' }, ...object } as GateToken,
  resource,
});
const token = request(types.gateTokens, { kind: 'GateToken', spec: { vm: 'a' } });

describe('asking Kubernetes', () => {
  it('sends a SubjectAccessReview of the user, with uid, groups and extra', async () => {
    const verdict = await (await judge(() => [201, { status: { allowed: true } }])).validate(token);
    expect(verdict).toEqual({ allowed: true });
    expect(server.requests).toHaveLength(2);
    for (const { method, url, body } of server.requests) {
      expect(`${method} ${url.pathname}`).toBe('POST /apis/authorization.k8s.io/v1/subjectaccessreviews');
      expect(JSON.parse(body)).toMatchObject({
        spec: {
          user: 'dev',
          uid: '7',
          groups: ['people'],
          extra: { 'example.org/scopes': ['a', 'b'] },
          resourceAttributes: {
            verb: 'get',
            group: 'subresources.kubevirt.io',
            resource: 'virtualmachineinstances',
            subresource: expect.stringMatching(/^(vnc|console)$/) as string,
            name: 'a',
            namespace: 'prod',
          },
        },
      });
    }
  });

  it.each<[string, object]>([
    ['no', { status: { allowed: false } }],
    ['no, and that it could not tell', { status: { allowed: false, evaluationError: 'webhook away' } }],
    ['nothing', {}],
  ])('takes %s for a no', async (_what, answer) => {
    expect(await (await judge(() => [201, answer])).validate(token)).toMatchObject({ allowed: false, code: 403 });
  });

  it.each([403, 500, 503])('throws where the answer is %i', async (code) => {
    const status = { kind: 'Status', status: 'Failure', message: 'no review for you', reason: 'x', code };
    await expect((await judge(() => [code, status])).validate(token)).rejects.toThrow('no review for you');
  });

  it('asks about nothing that is not sealed', async () => {
    const refusal = { allowed: false as const, code: 403, reason: 'Forbidden', message: 'not sealed' };
    expect(await (await judge(() => [201, { status: { allowed: true } }], refusal)).validate(token)).toEqual(refusal);
    expect(server.requests).toEqual([]);
  });

  it('asks nothing more once nobody waits for the answer', async () => {
    const given = new AbortController();
    const judged = await judge(() => {
      given.abort(new Error('given up'));
      return [201, { status: { allowed: true } }];
    });
    const urls = Array.from({ length: 100 }, (_, index) => `/api/v1/namespaces/prod/pods/p${index}`);
    const many = request(types.gateTokens, { kind: 'GateToken', spec: { urls } });
    await expect(judged.validate(many, given.signal)).rejects.toThrow();
    // Those that were asked together with the first one.
    expect(server.requests.length).toBeLessThan(30);
  });

  it('judges GateServers too, and no other kind', async () => {
    const judged = await judge(() => [201, { status: { allowed: false } }]);
    const spec = { route: 'a.b.example' };
    const verdict = await judged.validate(request(types.gateServers, { kind: 'GateServer', spec }));
    expect(verdict).toMatchObject({
      message: expect.stringContaining('which the guest account of GateServer x would') as string,
    });
    await expect(judged.validate(request(types.gateSessions, { kind: 'GateSession', spec }))).rejects.toThrow(
      'nothing is known',
    );
  });
});
