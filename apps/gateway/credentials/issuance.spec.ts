import { afterEach, describe, expect, it } from 'vitest';
import { type CheckResponse, type GateToken } from '#libs/api';
import { isSealed, SecretKey } from '#libs/token';
import { call, type Reply } from '../testing/clients.js';
import { json } from '../testing/fake-api.js';
import { SESSION_KEY, until } from '../testing/gateway.js';
import { asAda, failure, serveUsers, statusOf } from '../testing/rest.js';
import { useGateway } from '../testing/use-gateway.js';

const TOKENS = '/namespaces/ns/gatetokens';
const SECRETS = '/api/v1/namespaces/ns/secrets/one';
const GUEST = 'Bearer token-of-gs-guest';
const REVIEW = /self(subject|subjectaccess)reviews$/;
const NO_SCREEN =
  'user ada cannot get virtualmachineinstances/vnc in namespace ns (name: demo): a link cannot give more than its issuer has. Ask an administrator for this permission, or remove it from the grant.';
const NO_PODS =
  'the guest account of GateServer gs cannot list pods in namespace other, because it serves namespace ns alone: leave this out, or create the GateToken in namespace other.';

const TOO_MANY =
  'spec.urls: more than 200 distinct permissions are required: use fewer URLs or verbs, or split the grant.';

const KEY = new SecretKey(Buffer.from(SESSION_KEY, 'base64'));

type Asked = Record<string, string>;

afterEach(() => {
  for (const cluster of [own.cluster, webhook.cluster]) {
    cluster.api.answer = () => false;
    cluster.api.may = () => true;
  }
});

const own = useGateway({ ISSUER_CHECK: 'gateway' });
const webhook = useGateway({ ISSUER_CHECK: 'webhook' });

/** What the cluster allows `ada` and the guest account. */
function allow(ada: (asked: Asked) => boolean, guest: (asked: Asked) => boolean = () => true): void {
  serveUsers(own.cluster);
  own.cluster.api.may = (who, asked) => (who === GUEST ? guest(asked) : ada(asked));
}

const issue = (body: object, at = own): Promise<Reply> => asAda(at.gateway.port, 'POST', TOKENS, body);
const request = (URLs: string[]): Promise<Reply> => {
  const headers = { authorization: 'Bearer ada', 'content-type': 'application/json' };
  return call(own.gateway.port, '/auth/jwt/request', { method: 'POST', headers, body: JSON.stringify({ URLs }) });
};
const serverOf = (name: string) => ({
  metadata: { name, namespace: 'ns' },
  spec: { route: `${name}.example.com` },
  status: { 'secret-name': `${name}-jwt-secret` },
});
const stored = (at = own) => at.cluster.api.objects.list('gatetokens') as unknown as GateToken[];

async function problems(body: object): Promise<string[]> {
  const { body: answer } = await asAda(own.gateway.port, 'POST', `${TOKENS}/check`, body);
  return (JSON.parse(answer) as CheckResponse).problems;
}

/** What is stored of a grant that is issued; the operator approves it. */
async function issued(body: object, at = own): Promise<GateToken> {
  const before = stored(at).length;
  const answer = issue(body, at);
  await until(() => stored(at).length > before);
  const token = stored(at).at(-1) as GateToken;
  const data = { nbf: 0, exp: 1, from: '', until: '', duration: '1h', urls: [], verbs: [] };
  at.cluster.approve(token.metadata.name ?? '', { phase: 'Ready', data });
  expect((await answer).status).toBe(201);
  return token;
}

describe('where no admission webhook is installed (security row 13)', () => {
  it.each<[string, object, (asked: Asked) => boolean, string]>([
    ['the screen of a VM', { vm: 'demo' }, ({ subresource }) => subresource !== 'vnc', NO_SCREEN],
    [
      'a verb',
      { urls: ['/api/v1/namespaces/ns/pods/one'], verbs: ['get', 'delete'] },
      ({ verb }) => verb !== 'delete',
      'user ada cannot delete pods in namespace ns (name: one): ',
    ],
    [
      'one name, of a whole kind',
      { urls: ['/api/v1/namespaces/ns/pods/*'] },
      ({ name }) => name !== 'kube-gateway-any',
      'user ada cannot get pods',
    ],
  ])('nobody issues what they may not do: %s', async (_what, body, may, sentence) => {
    allow(may);
    const before = stored().length;
    const refused = statusOf(await issue(body));
    expect(refused).toMatchObject({ code: 403, reason: 'Forbidden' });
    expect(refused.message).toContain(sentence);
    expect(stored()).toHaveLength(before);
  });

  it('nor what the gateway could never serve', async () => {
    const urls = ['/api/v1/namespaces/other/pods'];
    allow(
      () => true,
      ({ namespace }) => namespace !== 'other',
    );
    expect(statusOf(await issue({ urls }))).toMatchObject({ code: 403, message: NO_PODS });
    expect(await problems({ urls })).toEqual([NO_PODS]);
  });

  it('nor what nobody can be asked about: a grant of more than 200 permissions', async () => {
    allow(() => true);
    const before = stored().length;
    const urls = Array.from({ length: 201 }, (_, i) => `/api/v1/namespaces/ns/pods/p${i}`);
    const refused = statusOf(await issue({ urls }));
    expect(refused).toMatchObject({ code: 422, reason: 'Invalid', message: TOO_MANY });
    expect(statusOf(await request(urls))).toMatchObject({ code: 422, reason: 'Invalid', message: TOO_MANY });
    expect(stored()).toHaveLength(before);
    expect(await problems({ urls })).toEqual([TOO_MANY]);
  });

  it('what else is wrong with a grant is told first', async () => {
    allow(() => false);
    const message = 'gatetokens is forbidden: User "ada" cannot create resource "gatetokens"';
    serveUsers(own.cluster, { 'POST /gatetokens': { code: 403, body: failure(403, message, 'Forbidden') } });
    expect(statusOf(await issue({ vm: 'demo' })).message).toContain(message);
  });

  it('nor by /auth/jwt/request', async () => {
    allow(({ resource }) => resource !== 'pods');
    const refused = statusOf(await request(['/api/v1/namespaces/ns/pods']));
    expect(refused).toMatchObject({ code: 403 });
    expect(refused.message).toContain('user ada cannot list pods in namespace ns');
  });

  it('a check says the same words, and asks as the user', async () => {
    allow(({ subresource }) => subresource !== 'vnc');
    expect(await problems({ vm: 'demo' })).toEqual([NO_SCREEN]);
    const asked = own.cluster.api.seen.filter(({ url }) => REVIEW.test(url));
    expect(asked.some(({ headers }) => headers.authorization === 'Bearer ada')).toBe(true);
  });

  it('says that it cannot ask, and creates nothing', async () => {
    allow(() => true);
    serveUsers(own.cluster, { 'POST /selfsubjectaccessreviews': { code: 503, body: failure(503, 'away') } });
    const before = stored().length;
    expect(statusOf(await issue({ vm: 'demo' }))).toMatchObject({ code: 503 });
    expect(stored()).toHaveLength(before);
  });

  it('seals who issues, as the cluster knows them', async () => {
    allow(() => true);
    const token = await issued({ vm: 'demo', name: 'mine' });
    expect(token.spec.issuer).toMatchObject({ username: 'ada', groups: ['devs'] });
    expect(isSealed([KEY], token)).toBe(true);
    expect(isSealed([KEY], await issued({ urls: ['/version'] }))).toBe(true);
    expect(isSealed([KEY], { ...token, spec: { ...token.spec, urls: [SECRETS] } })).toBe(false);
  });

  it('names what it seals: a copy of the seal is good for no other name', async () => {
    allow(() => true);
    const token = await issued({ vm: 'demo' });
    expect(token.metadata).not.toHaveProperty('generateName');
    expect(token.metadata.name).toMatch(/^gatetoken-[a-z0-9]{5}$/);
    expect(isSealed([KEY], token)).toBe(true);
    expect(isSealed([KEY], { ...token, metadata: { ...token.metadata, name: 'gatetoken-copy1' } })).toBe(false);
  });

  it('takes another name where that one is taken', async () => {
    allow(() => true);
    const { answer } = own.cluster.api;
    const tried: string[] = [];
    own.cluster.api.answer = (req, res, body) => {
      if (req.method !== 'POST' || req.url?.endsWith('/gatetokens') !== true) return answer(req, res, body);
      tried.push((JSON.parse(body) as GateToken).metadata.name ?? '');
      if (tried.length === 2) return false;
      json(res, failure(409, 'it is taken', 'AlreadyExists'), 409);
      return true;
    };
    const token = await issued({ vm: 'demo' });
    expect(token.metadata.name).toBe(tried[1]);
    expect(tried[1]).not.toBe(tried[0]);
    expect(isSealed([KEY], token)).toBe(true);
  });

  it('a name that the user chose and that is taken is a conflict', async () => {
    allow(() => true);
    await issued({ vm: 'demo', name: 'chosen' });
    expect(statusOf(await issue({ vm: 'demo', name: 'chosen' }))).toMatchObject({ code: 409 });
  });

  it('seals for its own GateServer alone, and for a key that is annotated', async () => {
    allow(() => true);
    const serve = (names: string[]): void =>
      serveUsers(own.cluster, { 'GET /gateservers': { body: { items: names.map(serverOf), metadata: {} } } });
    serve(['gs', 'other']);
    const foreign = await issued({ vm: 'demo', 'secret-name': 'other-jwt-secret' });
    expect(foreign.spec).not.toHaveProperty('issuer');
    expect(isSealed([KEY], await issued({ vm: 'demo', 'secret-name': 'gs-jwt-secret' }))).toBe(true);
    serve(['gs']);
    expect(isSealed([KEY], await issued({ vm: 'demo', 'secret-name': 'annotated' }))).toBe(true);
  });
});

describe('where the admission webhook answers', () => {
  it('nothing is asked, and nothing is sealed', async () => {
    serveUsers(webhook.cluster);
    webhook.cluster.api.may = () => false;
    expect((await issued({ vm: 'demo' }, webhook)).spec).not.toHaveProperty('issuer');
    expect(webhook.cluster.api.seen.filter(({ url }) => REVIEW.test(url))).toEqual([]);
  });

  it('its sentence is told without what the API server puts before it', async () => {
    const name = 'create.gatetokens.kubegateway.kubevirt.io';
    const denied = failure(403, `admission webhook "${name}" denied the request: ${NO_SCREEN}`, 'Forbidden');
    serveUsers(webhook.cluster, { 'POST /gatetokens': { code: 403, body: denied } });
    expect(statusOf(await issue({ vm: 'demo' }, webhook))).toMatchObject({ code: 403, message: NO_SCREEN });
    const { body } = await asAda(webhook.gateway.port, 'POST', `${TOKENS}/check`, { vm: 'demo' });
    expect((JSON.parse(body) as CheckResponse).problems).toEqual([NO_SCREEN]);
  });

  it('so is what it finds wrong with a grant, and a check tells its own findings too', async () => {
    const name = 'create.gatetokens.kubegateway.kubevirt.io';
    const denied = failure(422, `admission webhook "${name}" denied the request: ${TOO_MANY}`, 'Invalid');
    serveUsers(webhook.cluster, { 'POST /gatetokens': { code: 422, body: denied } });
    const urls = Array.from({ length: 201 }, (_, i) => `/api/v1/namespaces/ns/pods/p${i}`);
    const refused = statusOf(await issue({ urls }, webhook));
    expect(refused).toMatchObject({ code: 422, reason: 'Invalid', message: TOO_MANY });
    const { body } = await asAda(webhook.gateway.port, 'POST', `${TOKENS}/check`, { urls, from: 'tomorrow' });
    expect((JSON.parse(body) as CheckResponse).problems).toEqual([
      'spec.from is not a valid time: write it like 2030-01-31T12:00:00Z.',
      TOO_MANY,
    ]);
  });

  it.each([
    'failed to call webhook: Post "https://kube-gateway-webhook.kube-gateway.svc:443/x?timeout=10s": dial tcp: ECONNREFUSED',
    'failed to call webhook: Post "https://kube-gateway-webhook.kube-gateway.svc:443/x?timeout=10s": context deadline exceeded',
    'no endpoints available for service "kube-gateway-webhook"',
  ])('503 with a sentence and an ID where it does not answer, and the message in the log: %s', async (fault) => {
    const message = `Internal error occurred: failed calling webhook "issue.gatetokens.kubegateway.kubevirt.io": ${fault}`;
    serveUsers(webhook.cluster, { 'POST /gatetokens': { code: 500, body: failure(500, message, 'InternalError') } });
    for (const path of [TOKENS, `${TOKENS}/check`]) {
      const reply = await asAda(webhook.gateway.port, 'POST', path, { vm: 'demo' });
      const told = statusOf(reply);
      expect(told).toMatchObject({ code: 503, reason: 'ServiceUnavailable' });
      const [, id] =
        /^The operator of kube-gateway does not answer, .* now \(([0-9a-f-]{36})\)\. /.exec(told.message) ?? [];
      expect(told.message).toContain('Deployment kube-gateway-operator');
      expect(reply.body).not.toContain('webhook');
      expect(reply.headers['retry-after']).toBe('5');
      const logged = webhook.gateway.log.filter((line) => line.includes(`"${id}"`));
      expect(logged).toEqual([expect.stringContaining('failed calling webhook')]);
    }
  });

  it('another webhook that does not answer keeps its name', async () => {
    const message = 'Internal error occurred: failed calling webhook "policy.example.com": failed to call webhook';
    serveUsers(webhook.cluster, { 'POST /gatetokens': { code: 500, body: failure(500, message, 'InternalError') } });
    expect(statusOf(await issue({ vm: 'demo' }, webhook)).message).toContain('policy.example.com');
  });

  it('another webhook keeps its name', async () => {
    const message = 'admission webhook "policy.example.com" denied the request: no';
    serveUsers(webhook.cluster, { 'POST /gatetokens': { code: 403, body: failure(403, message, 'Forbidden') } });
    expect(statusOf(await issue({ vm: 'demo' }, webhook)).message).toContain(message);
  });
});
