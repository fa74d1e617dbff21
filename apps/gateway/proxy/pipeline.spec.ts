import { describe, expect, it } from 'vitest';
import { GrantError } from '../grants/grant-error.js';
import { Refusal } from '../http/refusal.js';
import { VNC } from '../testing/gateway.js';
import { ask, eve as user, grantFor as grant, pipelineWhere as pipeline } from '../testing/pipeline.js';
import { type Incoming, type Pipeline } from './pipeline.js';

const code = async (where: Pipeline, incoming: Incoming): Promise<number> => {
  const verdict = await where.authorize(incoming);
  return verdict.allow ? 200 : verdict.refusal.code;
};

describe('who is chosen', () => {
  it('the one grant of several that allows it', async () => {
    const verdict = await pipeline({ grants: [grant(['/api/v1/nodes']), grant(['/api/v1/pods'])] }).authorize(
      ask('/k8s/api/v1/pods?x=1'),
    );
    expect(verdict).toMatchObject({ allow: true, request: { path: '/api/v1/pods', query: 'x=1' } });
    expect(verdict.allow && verdict.credential.kind === 'grant' && verdict.credential.presented.grant.urls).toEqual([
      '/api/v1/pods',
    ]);
  });

  it('else the signed-in user, whom Kubernetes judges', async () => {
    const verdict = await pipeline({ grants: [grant(['/api/v1/nodes'])], users: user }).authorize(
      ask('/k8s/api/v1/secrets'),
    );
    expect(verdict).toMatchObject({ allow: true, credential: { kind: 'user', user } });
  });

  it('not the signed-in user where the request brings an Authorization header', async () => {
    expect(await code(pipeline({ users: user, bearer: true }), ask('/k8s/api/v1/pods'))).toBe(401);
  });

  it('row 6 holds for signed-in users too, at both doors', async () => {
    const evil = { headers: { origin: 'https://evil.example.com', cookie: 'x=y' } };
    expect(await code(pipeline({ users: user }), ask('/k8s/api/v1/pods', evil))).toBe(403);
    expect(await code(pipeline({ users: user }), ask(VNC, { ...evil, upgrade: true }))).toBe(403);
    expect(
      await code(pipeline({ users: user }), ask('/k8s/api/v1/pods', { method: 'POST', headers: { cookie: 'x=y' } })),
    ).toBe(403);
  });
});

describe('security row 13: a grant whose issuer lost access', () => {
  const [lost, good] = [grant(['/api/v1/pods'], { uid: 'lost', issuer: { username: 'ann' } }), grant(['/api/v1/pods'])];
  const issuer = ({ issuer: of }: { issuer?: object }) =>
    of === undefined ? Promise.resolve() : Promise.reject(new GrantError('issuer-lost-access'));
  const pods = ask('/k8s/api/v1/pods');

  it('is refused, even where another grant is for something else', async () => {
    const verdict = await pipeline({ grants: [lost, grant(['/api/v1/nodes'])], issuer }).authorize(pods);
    expect(verdict).toMatchObject({ allow: false, refusal: { code: 403, reason: 'IssuerLostAccess' } });
  });

  it('leaves the request to another grant where nobody can ask about all that one gives', async () => {
    const uncheckable = () => Promise.reject(new GrantError('uncheckable'));
    const of = ({ issuer: of }: { issuer?: object }) => (of === undefined ? Promise.resolve() : uncheckable());
    const verdict = await pipeline({ grants: [lost, good], issuer: of }).authorize(pods);
    expect(verdict).toMatchObject({ allow: true, credential: { presented: { grant: { uid: good.uid } } } });
    const alone = await pipeline({ grants: [lost], issuer: of }).authorize(pods);
    expect(alone).toMatchObject({ allow: false, refusal: { code: 403, rule: 'uncheckable' } });
  });

  it('leaves the request to another grant, and to the person who is signed in', async () => {
    const byGrant = await pipeline({ grants: [lost, good], issuer }).authorize(pods);
    expect(byGrant).toMatchObject({ allow: true, credential: { presented: { grant: { uid: good.uid } } } });
    const byUser = await pipeline({ grants: [lost], users: user, issuer }).authorize(pods);
    expect(byUser).toMatchObject({ allow: true, credential: { kind: 'user' } });
  });

  it('opens no console for a user who may not open it', async () => {
    const path = VNC.slice('/k8s'.length);
    const rights = () => Promise.reject(new Refusal(403, 'no'));
    const where = { grants: [grant([path], { issuer: { username: 'ann' } })], users: user, rights, issuer };
    const verdict = await pipeline(where).authorize(ask(VNC, { upgrade: true }));
    expect(verdict).toMatchObject({ allow: false, refusal: { reason: 'IssuerLostAccess' } });
  });

  it('503 where the cluster does not say', async () => {
    const where = { grants: [lost, good], issuer: () => Promise.reject(new GrantError('unreachable')) };
    expect(await code(pipeline(where), pods)).toBe(503);
  });
});

describe('security rows 1 and 5: a request is parsed once', () => {
  const all = pipeline({ grants: [grant(['*'])] });

  it('what was matched is what is forwarded, byte for byte', async () => {
    const verdict = await all.authorize(ask('/k8s/a/%C3%a9?b=%2f?c&'));
    expect(verdict).toMatchObject({ allow: true, request: { path: '/a/%C3%a9', query: 'b=%2f?c&' } });
  });

  it.each(['/k8s/', '/k8s//a', '/k8s/a/', '/k8s/a/../b', '/k8s/a%2fb'])('400: %s', async (url) => {
    expect(await code(all, ask(url))).toBe(400);
  });
});

describe('the later steps', () => {
  it('row 10: a grant bound to a VM that was replaced gives nothing, a new binding does', async () => {
    const vm = { namespace: 'ns', vm: 'demo' };
    const urls = [VNC.slice('/k8s'.length)];
    expect(await code(pipeline({ grants: [grant(urls, { vm, vmUid: 'vm-1' })] }), ask(VNC, { upgrade: true }))).toBe(
      403,
    );
    expect(await code(pipeline({ grants: [grant(urls, { vm, vmUid: 'vm-2' })] }), ask(VNC, { upgrade: true }))).toBe(
      200,
    );
  });

  it('a grant for the former machine does not stand before one for the new machine', async () => {
    const vm = { namespace: 'ns', vm: 'demo' };
    const urls = [VNC.slice('/k8s'.length)];
    const both = [grant(urls, { vm, vmUid: 'vm-1' }), grant(urls, { vm, vmUid: 'vm-2' })];
    expect(await code(pipeline({ grants: both }), ask(VNC, { upgrade: true }))).toBe(200);
  });

  it('a user must not cut a viewer by a plain GET either', async () => {
    expect(await code(pipeline({ users: user }), ask(VNC))).toBe(400);
  });

  it('row 11: out of touch, no grant gives anything, and nothing that lasts is opened', async () => {
    const stale = pipeline({ grants: [grant(['*'])], inTouch: false });
    expect(await code(stale, ask(VNC, { upgrade: true }))).toBe(503);
    expect(await code(stale, ask('/k8s/api/v1/pods'))).toBe(503);
    const signedIn = pipeline({ users: user, inTouch: false });
    expect(await code(signedIn, ask(VNC, { upgrade: true, headers: { origin: 'https://gate.example.com' } }))).toBe(
      503,
    );
    expect(await code(signedIn, ask('/k8s/api/v1/pods'))).toBe(200);
  });

  it('a fault of the gateway itself is not a verdict', async () => {
    const broken = pipeline({ read: () => Promise.reject(new Error('broken')) });
    await expect(broken.authorize(ask('/k8s/api/v1/pods'))).rejects.toThrow('broken');
  });
});
