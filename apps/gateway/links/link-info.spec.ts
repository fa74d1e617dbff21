import { describe, expect, it } from 'vitest';
import { type GateTokenSpec, type LinkInfo } from '#libs/api';
import { vmUrls } from '#libs/policy';
import { linkHash, newCode } from '#libs/token';
import { call, type Reply } from '../testing/clients.js';
import { until } from '../testing/gateway.js';
import { useGateway } from '../testing/use-gateway.js';

const { cluster, gateway } = useGateway();

const PODS = '/api/v1/namespaces/ns/pods';
const [SCREEN = '', SERIAL = ''] = vmUrls('ns', 'demo');
const other = (vm: string): string => SCREEN.replace('/demo/', `/${vm}/`);

const post = (body: unknown): Promise<Reply> =>
  call(gateway.port, '/l', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });

async function look(spec: Partial<GateTokenSpec>): Promise<LinkInfo & { uid: string }> {
  const code = newCode();
  const { metadata } = await cluster.grant({ 'link-hash': linkHash(code), ...spec });
  const reply = await post({ code });
  expect(reply.status).toBe(200);
  return { ...(JSON.parse(reply.body) as LinkInfo), uid: metadata.uid ?? '' };
}

const set = async (spec: Partial<GateTokenSpec>, more = ''): Promise<{ reply: Reply; uid: string; cookie: string }> => {
  const { status, metadata } = await cluster.grant(spec);
  const reply = await call(gateway.port, `/auth/jwt/set?token=${status?.token}${more}`);
  const cookie = (reply.headers['set-cookie'] ?? []).map((one) => one.split(';')[0]).join('; ');
  return { reply, uid: metadata.uid ?? '', cookie };
};

const held = (uid: string, cookie = ''): Promise<Reply> =>
  call(gateway.port, `/api/v1/grants/${uid}`, { headers: { cookie } });

describe('what a link opens', () => {
  it('is listed: the consoles of every VM with their state, and in words what else', async () => {
    cluster.startVm('second');
    cluster.startVm('later');
    await until(async () => (await look({ vm: 'later' })).consoles[0]?.['vm-status'] === 'Running');
    const link = await look({
      urls: [
        SERIAL,
        other('second'),
        other('absent'),
        other('far').replace('/ns/', '/far/'),
        PODS,
        '/version',
        '/api/v1/*',
      ],
    });
    expect(link.consoles).toEqual([
      {
        namespace: 'ns',
        vm: 'demo',
        vnc: false,
        serial: true,
        'vm-status': 'Running',
        location: '/console/ns/demo/serial?as=link',
      },
      {
        namespace: 'ns',
        vm: 'second',
        vnc: true,
        serial: false,
        'vm-status': 'Running',
        location: '/console/ns/second?as=link',
      },
      {
        namespace: 'ns',
        vm: 'absent',
        vnc: true,
        serial: false,
        'vm-status': 'NotFound',
        location: '/console/ns/absent?as=link',
      },
      { namespace: 'far', vm: 'far', vnc: true, serial: false, location: '/console/far/far?as=link' },
    ]);
    expect(link.others).toEqual([
      { what: 'List and watch pods in namespace ns.', location: `/k8s${PODS}` },
      { what: 'Read /version.', location: '/k8s/version' },
      { what: 'Read everything with a path that starts with /api/v1/.' },
    ]);
  });

  it('is one console, or nothing else than it, or no console', async () => {
    expect(await look({ vm: 'demo' })).toMatchObject({
      consoles: [{ vm: 'demo', vnc: true, serial: true }],
      others: [],
    });
    expect(await look({ urls: ['*'] })).toMatchObject({ consoles: [], others: [{ what: 'Read everything.' }] });
    const posts = await look({ urls: [PODS], verbs: ['post'] });
    expect(posts.others).toEqual([{ what: 'Create pods in namespace ns.' }]);
    const secrets = await look({ urls: ['/api/v1/namespaces/ns/secrets', '/api/v1/namespaces/ns/pods/p/exec'] });
    expect(secrets.others).toEqual([
      { what: 'Nothing at /api/v1/namespaces/ns/secrets: no link can grant access to secrets.' },
      { what: 'Read pods/exec p in namespace ns.' },
    ]);
  });

  it('leads to its console, or to the page that lists it', async () => {
    expect((await look({ vm: 'demo' })).location).toBe('/console/ns/demo?as=link');
    expect((await look({ urls: [SERIAL, PODS] })).location).toBe('/console/ns/demo/serial?as=link');
    for (const urls of [[SCREEN, other('second')], [PODS], ['*']]) {
      const { location, uid } = await look({ urls });
      expect(location).toBe(`/l?grant=${uid}`);
    }
  });
});

describe('a link by JWT', () => {
  it('for two VMs leads to the page that lists both, which the cookie opens', async () => {
    const { reply, uid, cookie } = await set({ urls: [SCREEN, other('second')] });
    expect([reply.status, reply.headers.location]).toEqual([302, `/l?grant=${uid}`]);
    const listed = await held(uid, cookie);
    expect(listed.status).toBe(200);
    const { consoles } = JSON.parse(listed.body) as LinkInfo;
    expect(consoles.map(({ location }) => location)).toEqual([
      '/console/ns/demo?as=link',
      '/console/ns/second?as=link',
    ]);
  });

  it('leads to the VM that it names', async () => {
    const { reply } = await set({ urls: [SCREEN, other('second')] }, '&name=second&namespace=ns');
    expect(reply.headers.location).toBe('/console/ns/second?as=link');
    const wide = await set({ urls: ['*'] }, '&name=demo&namespace=ns');
    expect(wide.reply.headers.location).toBe('/console/ns/demo?as=link');
  });

  it('that works once says on its page which consoles it opens', async () => {
    const { reply } = await set({ urls: [SCREEN, other('second')], 'single-use': true });
    expect(reply.status).toBe(200);
    expect(reply.body).toContain('demo, second');
  });
});

describe('GET /api/v1/grants/UID', () => {
  it('shows a grant only to the browser that holds it', async () => {
    const { uid, cookie } = await set({ urls: ['*'] });
    const another = await set({ vm: 'demo' });
    expect((await held(uid, cookie)).status).toBe(200);
    expect((await held(uid)).status).toBe(401);
    expect((await held(uid, another.cookie)).status).toBe(404);
  });

  it('says that it has ended as the link would', async () => {
    const grant = await cluster.grant({ urls: ['*'] });
    const { headers } = await call(gateway.port, `/auth/jwt/set?token=${grant.status?.token}`);
    const cookie = (headers['set-cookie'] ?? []).map((one) => one.split(';')[0]).join('; ');
    cluster.revoke(grant);
    await until(async () => (await held(grant.metadata.uid ?? '', cookie)).status === 410);
  });

  it('row 10: says nothing of a VM that took the place of the one that it was issued for', async () => {
    cluster.startVm('former');
    const { uid, cookie } = await set({ vm: 'former' });
    expect((await held(uid, cookie)).status).toBe(200);
    cluster.api.objects.delete('virtualmachines', 'former');
    cluster.api.objects.delete('virtualmachineinstances', 'former');
    cluster.startVm('former');
    await until(async () => (await held(uid, cookie)).status === 410);
  });
});
