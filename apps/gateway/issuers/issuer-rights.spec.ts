import { type V1LocalSubjectAccessReview } from '@kubernetes/client-node';
import { describe, expect, it } from 'vitest';
import { KubeError, type OwnClient } from '#libs/kube';
import { type ApiRequest, parseRequest, vmUrls } from '#libs/policy';
import { type Issuer } from '../grants/active-grant.js';
import { type GrantError } from '../grants/grant-error.js';
import { grantFor } from '../testing/pipeline.js';
import { type IssuerEnd, IssuerRights } from './issuer-rights.js';
import { IssuerReviews } from './issuer-reviews.js';

const ANN: Issuer = { username: 'ann', uid: 'u-1', groups: ['staff', 'eng'], extra: { scope: ['a'] } };
const VMI = '/apis/subresources.kubevirt.io/v1/namespaces/ns/virtualmachineinstances';

const requestOf = (path: string): ApiRequest => {
  const parsed = parseRequest('GET', path);
  if (!parsed.ok) throw new Error(parsed.message);
  return parsed.request;
};
const SCREEN = requestOf(`${VMI}/vm/vnc`);
const SERIAL = requestOf(`${VMI}/vm/console`);

const grantOf = (urls: string[], issuer = ANN) => grantFor(urls, { issuer });
const VM = grantOf(vmUrls('ns', 'vm'));

type Asked = { namespace: string; body: V1LocalSubjectAccessReview };

/** Issuers' rights as a cluster tells them; every question is kept. */
function setUp({ issuerRecheck = 60_000 } = {}) {
  const asked: Asked[] = [];
  const logged: string[] = [];
  const state = { now: 0, may: (_asked: Asked): boolean => true };
  const createNamespacedLocalSubjectAccessReview = async (question: Asked) => {
    asked.push(question);
    return { status: { allowed: state.may(question) } };
  };
  const client = { api: () => ({ createNamespacedLocalSubjectAccessReview }) } as unknown as OwnClient;
  const line = (_fields: object, text: string) => void logged.push(text);
  const log = { info: line, warn: line, error: line } as never;
  const config = { namespace: 'ns', issuerRecheck };
  const metrics = { issuerReviewed: () => undefined };
  const reviews = new IssuerReviews(client, config, log, metrics, { monotonic: () => state.now });
  const rights = new IssuerRights(reviews, config);
  /** Ticks each second. */
  const pass = async (seconds: number): Promise<void> => {
    for (const end = state.now + seconds * 1000; state.now < end;) {
      state.now += 1000;
      rights.tick();
      await new Promise((resolve) => setImmediate(resolve));
    }
  };
  return Object.assign(state, { asked, logged, rights, pass });
}

const attributesOf = ({ body }: Asked) => body.spec.resourceAttributes;
const lost = expect.objectContaining({ code: 'issuer-lost-access' }) as Error;
const forbidden = (): never => {
  throw new KubeError({ code: 403, reason: 'Forbidden', message: 'no' });
};

describe('row 13: a grant is worth no more than what its issuer has', () => {
  it('is refused where they lack one of its rights', async () => {
    const state = setUp();
    state.may = (one) => attributesOf(one)?.subresource !== 'console';
    await expect(state.rights.check(VM)).rejects.toEqual(lost);
    await expect(state.rights.check(VM, SERIAL)).rejects.toEqual(lost);
    await state.rights.check(VM, SCREEN);
  });

  it('asks with the whole identity, in the namespace of the gateway', async () => {
    const state = setUp();
    await state.rights.check(VM, SCREEN);
    expect(state.asked).toEqual([
      {
        namespace: 'ns',
        body: {
          metadata: { namespace: 'ns' },
          spec: {
            ...{ user: 'ann', uid: 'u-1', groups: ['staff', 'eng'], extra: { scope: ['a'] } },
            resourceAttributes: {
              ...{ verb: 'get', group: 'subresources.kubevirt.io', resource: 'virtualmachineinstances' },
              ...{ subresource: 'vnc', namespace: 'ns', name: 'vm' },
            },
          },
        },
      },
    ]);
  });

  it('asks again about another identity of the same name', async () => {
    const state = setUp();
    state.may = ({ body }) => body.spec.groups?.includes('eng') ?? false;
    await state.rights.check(VM, SCREEN);
    const left = grantOf(vmUrls('ns', 'vm'), { ...ANN, groups: ['staff'] });
    await expect(state.rights.check(left, SCREEN)).rejects.toEqual(lost);
  });

  it('asks once about an account, whichever of its tokens issued, and still sends all that is known', async () => {
    const state = setUp();
    const extra = (id: string) => ({ scope: ['a'], 'authentication.kubernetes.io/credential-id': [`JTI=${id}`] });
    for (const id of ['1', '2', '3']) {
      await state.rights.check(grantOf(vmUrls('ns', 'vm'), { ...ANN, extra: extra(id) }), SCREEN);
    }
    expect(state.asked.map(({ body }) => body.spec.extra)).toEqual([extra('1')]);
    const scoped = { ...extra('1'), scope: ['b'] };
    await state.rights.check(grantOf(vmUrls('ns', 'vm'), { ...ANN, extra: scoped }), SCREEN);
    const pod = { ...extra('1'), 'authentication.kubernetes.io/pod-uid': ['p'] };
    await state.rights.check(grantOf(vmUrls('ns', 'vm'), { ...ANN, extra: pod }), SCREEN);
    expect(state.asked).toHaveLength(3);
  });

  it('of a wildcard it asks for all that its URL gives, whatever is requested', async () => {
    const state = setUp();
    const wide = grantOf([`${VMI}/*`]);
    for (let vm = 0; vm < 100; vm++) await state.rights.check(wide, requestOf(`${VMI}/vm-${vm}/vnc`));
    expect(state.asked.length).toBeLessThan(10);
    state.now = 60_000;
    state.may = (one) => attributesOf(one)?.name !== undefined;
    await expect(state.rights.check(wide, SCREEN)).rejects.toEqual(lost);
  });

  it('asks in its own namespace for what is granted in all, and not at all for another one', async () => {
    const state = setUp();
    await state.rights.check(grantOf(['/api/v1/namespaces/other/pods/a', '/version', '/api/v1/pods']));
    expect(state.asked.map((one) => attributesOf(one))).toEqual([
      { verb: 'list', group: '', resource: 'pods', namespace: 'ns' },
      { verb: 'watch', group: '', resource: 'pods', namespace: 'ns' },
      // A watch may be of one name: a rule for the empty name alone must not allow it.
      { verb: 'watch', group: '', resource: 'pods', namespace: 'ns', name: 'kube-gateway-any' },
    ]);
  });

  it.each([
    ['more than 200 rights', Array.from({ length: 201 }, (_, index) => `/api/v1/namespaces/ns/pods/p-${index}`)],
    ['more than 64 KiB of paths', Array.from({ length: 80 }, (_, at) => `/${'x'.repeat(900)}-${at}`)],
    ['what is not the version of an API', ['/api/V1/namespaces/ns/pods/a']],
  ])('an older grant of %s is refused, as nobody can ask about all of it', async (_, urls) => {
    const state = setUp();
    const refused = expect.objectContaining({ code: 'uncheckable' }) as Error;
    await expect(state.rights.check(grantOf(urls))).rejects.toEqual(refused);
    const error = await state.rights.check(grantOf(urls))?.catch((fault: unknown) => fault);
    expect((error as GrantError).toLinkRefusal()).toMatchObject({
      code: 403,
      rule: 'uncheckable',
      who: { grant: 'ns/n' },
    });
    expect(state.asked).toEqual([]);
    await state.rights.check(grantFor(urls));
    await setUp({ issuerRecheck: 0 }).rights.check(grantOf(urls));
  });

  it('asks nothing where the issuer is not proven, and nothing with 0s', async () => {
    const state = setUp();
    state.may = () => false;
    await state.rights.check(grantFor(vmUrls('ns', 'vm')));
    const off = setUp({ issuerRecheck: 0 });
    off.may = () => false;
    await off.rights.check(VM);
    off.rights.watch(VM, SCREEN, () => expect.unreachable());
    await off.pass(120);
    expect([...state.asked, ...off.asked]).toEqual([]);
  });

  it('says which right was lost in the log, once', async () => {
    const state = setUp();
    state.may = () => false;
    await expect(state.rights.check(VM, SCREEN)).rejects.toEqual(lost);
    await state.pass(60);
    await expect(state.rights.check(VM, SCREEN)).rejects.toEqual(lost);
    expect(state.logged).toEqual([expect.stringContaining('has lost a right')]);
  });
});

describe('what is open', () => {
  it('ends within the interval and a tick after the right is gone, and only what needs it', async () => {
    const state = setUp();
    const ends: [string, IssuerEnd][] = [];
    await state.rights.check(VM, SCREEN);
    await state.rights.check(VM, SERIAL);
    state.rights.watch(VM, SCREEN, (end) => ends.push(['screen', end]));
    state.rights.watch(VM, SERIAL, (end) => ends.push(['serial', end]));
    state.may = (one) => attributesOf(one)?.subresource !== 'vnc';
    await state.pass(59);
    expect(ends).toEqual([]);
    await state.pass(1);
    expect(ends).toEqual([['screen', 'issuer-lost-access']]);
  });

  it('of one issuer, 100 consoles cost one review in an interval', async () => {
    const state = setUp();
    const stops: (() => void)[] = [];
    for (let each = 0; each < 100; each++) {
      await state.rights.check(VM, SCREEN);
      stops.push(state.rights.watch(VM, SCREEN, () => expect.unreachable()));
    }
    expect(state.asked).toHaveLength(1);
    await state.pass(300);
    expect(state.asked).toHaveLength(6);
    for (const stop of stops) stop();
    await state.pass(300);
    expect(state.asked).toHaveLength(6);
  });

  it('each gets its turn where more are due than one second asks about', async () => {
    const state = setUp({ issuerRecheck: 1000 });
    const vms = Array.from({ length: 250 }, (_, index) => `vm-${index}`);
    for (const vm of vms) {
      state.rights.watch(grantOf(vmUrls('ns', vm)), requestOf(`${VMI}/${vm}/vnc`), () => expect.unreachable());
    }
    await state.pass(4);
    expect(new Set(state.asked.map((one) => attributesOf(one)?.name))).toEqual(new Set(vms));
  });

  it('ends in the next turn where the right was lost between the check and the opening', async () => {
    const state = setUp();
    state.may = () => false;
    await expect(state.rights.check(VM, SCREEN)).rejects.toEqual(lost);
    expect(await new Promise((resolve) => state.rights.watch(VM, SCREEN, resolve))).toBe('issuer-lost-access');
  });

  it('goes on for 60 s without an answer, and then ends (row 11)', async () => {
    const state = setUp();
    const ends: IssuerEnd[] = [];
    await state.rights.check(VM, SCREEN);
    state.rights.watch(VM, SCREEN, (end) => ends.push(end));
    state.may = forbidden;
    await state.pass(60 + 60);
    expect(ends).toEqual([]);
    await state.pass(1);
    expect(ends).toEqual(['out-of-touch']);
    expect(state.asked).toHaveLength(1 + 13);
    expect(state.logged).toEqual([expect.stringMatching(/may not create localsubjectaccessreviews: apply deploy/)]);
  });
});
