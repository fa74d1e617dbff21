import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type GateToken } from '#libs/api';
import { vmUrls } from '#libs/policy';
import { linkHash, MAX_TOKEN, newCode } from '#libs/token';
import { call, type Reply, view } from '../testing/clients.js';
import { startGateway, TestCluster, type TestGateway, until, VNC } from '../testing/gateway.js';
import { statusOf } from '../testing/rest.js';
import { useGateway } from '../testing/use-gateway.js';

const { cluster, gateway } = useGateway();
let other: TestGateway;

beforeAll(async () => {
  other = await startGateway(cluster, { POD_NAME: 'pod-2' });
});
afterAll(async () => {
  await other.close();
});

const now = (): number => Math.floor(Date.now() / 1000);
const set = (
  token: string,
  more = '&name=demo&namespace=ns',
  headers: Record<string, string> = {},
  port = gateway.port,
): Promise<Reply> => call(port, `/auth/jwt/set?token=${token}${more}`, { headers });
const cookiesOf = ({ headers }: Reply): string =>
  (headers['set-cookie'] ?? []).map((one) => one.split(';')[0]).join('; ');
const post = (path: string, body: unknown, headers: Record<string, string> = {}, port = gateway.port): Promise<Reply> =>
  call(port, path, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  });

async function link(
  spec: Parameters<TestCluster['grant']>[0] = {},
  window = {},
): Promise<{ code: string; grant: GateToken }> {
  const code = newCode();
  return { code, grant: await cluster.grant({ vm: 'demo', 'link-hash': linkHash(code), ...spec }, window) };
}

describe('GET /auth/jwt/set', () => {
  it('sets the cookies and redirects to the console page', async () => {
    const grant = await cluster.grant();
    const reply = await set(grant.status?.token ?? '');
    expect(reply.status).toBe(302);
    expect(reply.headers.location).toBe('/console/ns/demo?as=link');
    const [last = '', own = ''] = reply.headers['set-cookie'] ?? [];
    expect(last).toMatch(/^kg-jwt-session-code=/);
    expect(own).toMatch(new RegExp(`^kg-grant-${grant.metadata.uid}=`));
    for (const cookie of [last, own]) {
      expect(cookie).toContain('HttpOnly');
      expect(cookie).toContain('SameSite=Lax');
      expect(cookie).toContain('Secure');
      expect(cookie.length).toBeLessThan(300);
    }
    const viewer = await view(gateway.port, VNC, { cookie: cookiesOf(reply), origin: 'https://gate.example.com' });
    await viewer.receives('RFB');
    viewer.socket.close();
  });

  it('tolerates the double quotes that jq leaves', async () => {
    const { status } = await cluster.grant();
    expect((await set(`"${status?.token}"`)).status).toBe(302);
    expect((await set(`%22${status?.token}%22`)).status).toBe(302);
  });

  it.each(["'", '.', ')', '%20', '%E2%80%8B', '%22).'])(
    'tolerates %s behind the link, and around its token',
    async (sign) => {
      const token = (await cluster.grant()).status?.token ?? '';
      expect((await set(token, `&name=demo&namespace=ns${sign}`)).headers.location).toBe('/console/ns/demo?as=link');
      expect((await set(`${sign}${token}${sign}`, '')).headers.location).toBe('/console/ns/demo?as=link');
    },
  );

  it('the cookie is not Secure where it came by a public URL that is http on loopback', async () => {
    const { status } = await cluster.grant();
    const reply = await set(status?.token ?? '', '', { host: 'localhost:8080' });
    expect(reply.headers['set-cookie']?.join()).not.toContain('Secure');
    const forged = await set(status?.token ?? '', '', { host: 'evil.localhost:8080' });
    expect([forged.status, forged.headers['set-cookie']]).toEqual([421, undefined]);
  });

  it('a raw JWT in the cookie works, as scripts of the original system send it', async () => {
    const { status } = await cluster.grant();
    const viewer = await view(gateway.port, VNC, { cookie: `kg-jwt-session-code=${status?.token}` });
    await viewer.receives('RFB');
    viewer.socket.close();
  });

  it('the longest token that can be issued is good at every door, with the headers of a browser', async () => {
    const grantOf = (filler: number): Promise<GateToken> => {
      const lengths = Array.from({ length: 5 }, (_, i) => Math.min(2040, Math.max(0, filler - i * 2040)));
      return cluster.grant({ urls: [...vmUrls('ns', 'demo'), ...lengths.map((length) => `/${'x'.repeat(length)}`)] });
    };
    const least = (await grantOf(0)).status?.token?.length ?? 0;
    const token = (await grantOf(Math.floor(((MAX_TOKEN - least) * 3) / 4) - 4)).status?.token ?? '';
    expect(MAX_TOKEN - token.length).toBeLessThan(20);
    const browser = { 'user-agent': 'x'.repeat(500), accept: 'text/html', cookie: `other=${'x'.repeat(2000)}` };
    expect((await set(token, undefined, browser)).status).toBe(302);
    expect((await post('/auth/jwt/set', { token })).status).toBe(302);
    const doors = [{ authorization: `Bearer ${token}` }, { cookie: `kg-jwt-session-code=${token}` }];
    for (const headers of doors) (await view(gateway.port, VNC, headers)).socket.close();
  });

  it('two machines in two tabs: each grant has a cookie of its own', async () => {
    cluster.startVm('second');
    const one = cookiesOf(await set((await cluster.grant()).status?.token ?? ''));
    const two = cookiesOf(await set((await cluster.grant({ vm: 'second' })).status?.token ?? ''));
    const own = (cookies: string): string => cookies.split('; ')[1] ?? '';
    const cookie = `${two.split('; ')[0]}; ${own(one)}; ${own(two)}`;
    for (const vm of ['demo', 'second']) {
      const reply = await call(gateway.port, `/api/v1/grant?namespace=ns&vm=${vm}`, { headers: { cookie } });
      expect(reply.status).toBe(200);
    }
  });

  it.each([
    ['name=..%2f..%2fevil&namespace=ns', /name/],
    ['name=demo&namespace=ns%2f..', /namespace/],
    ['name=demo&namespace=ns.x', /namespace/],
    ['name=Demo&namespace=ns', /name/],
    ['name=demo', /namespace/],
    ['name=%0d%0aSet-Cookie:x&namespace=ns', /name/],
    ['name=a&name=b&namespace=ns', /name/],
    ['name=%3Cscript%3E&namespace=ns', /name/],
  ])('row 9: 400 for %s', async (names, message) => {
    const { status } = await cluster.grant();
    const reply = await set(status?.token ?? '', `&${names}`);
    expect(reply.status).toBe(400);
    expect((JSON.parse(reply.body) as { message: string }).message).toMatch(message);
    expect(reply.headers['set-cookie']).toBeUndefined();
  });

  it('400, 401, 410, 425, each with what to do, in HTML for people', async () => {
    expect((await call(gateway.port, '/auth/jwt/set')).status).toBe(400);
    expect((await set('nonsense')).status).toBe(401);
    expect((await set((await cluster.grant({}, { nbf: now() - 9, exp: now() - 1 })).status?.token ?? '')).status).toBe(
      410,
    );
    expect(
      (await set((await cluster.grant({}, { nbf: now() + 90, exp: now() + 99 })).status?.token ?? '')).status,
    ).toBe(425);
    const revoked = await cluster.grant({ revoked: true });
    expect((await set(revoked.status?.token ?? '')).status).toBe(410);
    const deleted = await cluster.grant();
    await set(deleted.status?.token ?? '');
    cluster.api.objects.delete('gatetokens', deleted.metadata.name ?? '');
    await until(async () => (await set(deleted.status?.token ?? '')).status === 410);
    const page = await set(revoked.status?.token ?? '', '', { accept: 'text/html' });
    expect(page.body).toContain('This link is no longer valid');
    expect(page.body).toContain('Ask the person who sent you the link');
  });
});

describe('a link that works once', () => {
  it('GET burns nothing and shows one button, POST redeems, a second browser gets 410', async () => {
    const grant = await cluster.grant({ 'single-use': true });
    const token = grant.status?.token ?? '';
    for (let robots = 0; robots < 3; robots++) {
      const page = await set(token);
      expect(page.status).toBe(200);
      expect(page.body).toContain('<form method="post"');
      expect(page.headers['referrer-policy']).toBe('same-origin');
      expect(cookiesOf(page)).toBe('kg-probe=1');
    }
    const form = {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded', origin: 'https://gate.example.com' },
      body: `token=${token}&name=demo&namespace=ns`,
    };
    const first = await call(gateway.port, '/auth/jwt/set', form);
    expect(first.status).toBe(302);
    expect((await call(gateway.port, '/auth/jwt/set', form)).status).toBe(410);
    await until(async () => (await set(token, '', {}, other.port)).status === 410);
    // The winner reloads and reconnects, on any replica.
    const cookie = cookiesOf(first);
    expect((await set(token, '', { cookie })).status).toBe(302);
    const viewer = await view(other.port, VNC, { cookie, origin: 'https://gate.example.com' });
    await viewer.receives('RFB');
    viewer.socket.close();
  });

  it('row 12: of many who redeem at once, on two replicas, one wins', async () => {
    const grant = await cluster.grant({ 'single-use': true });
    const attempts = Array.from({ length: 12 }, (_, i) =>
      post('/auth/jwt/set', { token: grant.status?.token }, {}, i % 2 === 0 ? gateway.port : other.port),
    );
    const codes = (await Promise.all(attempts)).map(({ status }) => status);
    expect(codes.filter((code) => code === 302)).toHaveLength(1);
    expect(codes.filter((code) => code === 410)).toHaveLength(11);
  });

  it('its JWT alone opens nothing, on either door', async () => {
    const { status } = await cluster.grant({ 'single-use': true });
    for (const headers of [
      { authorization: `Bearer ${status?.token}` },
      { cookie: `kg-jwt-session-code=${status?.token}` },
    ]) {
      expect((await call(gateway.port, VNC, { headers })).status).toBe(401);
      await expect(view(gateway.port, VNC, headers)).rejects.toMatchObject({ status: 401 });
    }
  });

  it('row 6: another site cannot redeem it with a form of its own', async () => {
    const { status } = await cluster.grant({ 'single-use': true });
    expect((await post('/auth/jwt/set', { token: status?.token }, { origin: 'https://evil.example.com' })).status).toBe(
      403,
    );
    expect((await post('/auth/jwt/set', { token: status?.token }, { origin: 'null' })).status).toBe(403);
  });

  it('row 8: a cookie that the gateway did not write opens nothing', async () => {
    const grant = await cluster.grant();
    const cookie = cookiesOf(await set(grant.status?.token ?? ''));
    const [, value = ''] = /kg-grant-[^=]+=([^;]+)/.exec(cookie) ?? [];
    const parts = value.split('.');
    const forged = [
      [parts[0], '9999999999', parts[2], parts[3]],
      [randomUUID(), parts[1], parts[2], parts[3]],
      [parts[0], parts[1], 'x'.repeat(22), parts[3]],
      [parts[0], parts[1], parts[2], 'A'.repeat(43)],
      [parts[0], parts[1], parts[2]],
    ];
    for (const one of forged) {
      const headers = { cookie: `kg-jwt-session-code=${one.join('.')}` };
      expect((await call(gateway.port, VNC, { headers })).status).toBe(401);
      await expect(view(gateway.port, VNC, headers)).rejects.toMatchObject({ status: 401 });
    }
  });
});

describe('POST /l', () => {
  it('says what a link is for, sets nothing, then redeems', async () => {
    const { code } = await link({ description: 'for the vendor' });
    const told = await post('/l', { code });
    expect(told.status).toBe(200);
    expect(JSON.parse(told.body)).toMatchObject({
      vm: 'demo',
      namespace: 'ns',
      description: 'for the vendor',
      location: '/console/ns/demo?as=link',
      'single-use': false,
    });
    expect(told.headers['set-cookie']).toBeUndefined();
    const redeemed = await post('/l', { code, redeem: true });
    expect(redeemed.status).toBe(200);
    const viewer = await view(gateway.port, VNC, { cookie: cookiesOf(redeemed) });
    await viewer.receives('RFB');
    viewer.socket.close();
  });

  it('works on a replica whose watch has not brought it yet', async () => {
    cluster.api.mute = true;
    const { code } = await link();
    expect((await post('/l', { code, redeem: true })).status).toBe(200);
    cluster.api.mute = false;
  });

  it('400, 401, 410, 425', async () => {
    for (const body of [{}, { code: '' }, { code: 7 }, { code: 'short' }, { code: { $ne: '' } }, []]) {
      expect((await post('/l', body)).status).toBe(400);
    }
    expect(
      (await call(gateway.port, '/l', { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{' }))
        .status,
    ).toBe(400);
    expect((await post('/l', { code: newCode() })).status).toBe(401);
    expect((await post('/l', { code: (await link({ revoked: true })).code })).status).toBe(410);
    expect((await post('/l', { code: (await link({}, { nbf: now() - 9, exp: now() - 1 })).code })).status).toBe(410);
    expect((await post('/l', { code: (await link({}, { nbf: now() + 90, exp: now() + 99 })).code })).status).toBe(425);
  });

  it('once, for a single-use link', async () => {
    const { code } = await link({ 'single-use': true });
    expect((await post('/l', { code })).status).toBe(200);
    expect((await post('/l', { code, redeem: true })).status).toBe(200);
    await until(async () => (await post('/l', { code })).status === 410);
  });

  it('guesses cost the cluster one list a second', async () => {
    const lists = (): number =>
      cluster.api.seen.filter(({ method, url }) => method === 'GET' && url.endsWith('/gatetokens')).length;
    const before = lists();
    await Promise.all(Array.from({ length: 40 }, () => post('/l', { code: newCode() })));
    expect(lists() - before).toBeLessThanOrEqual(2);
  });

  it('row 10: an old link does not reach a recreated VM', async () => {
    cluster.startVm('again');
    const { code } = await link({ vm: 'again' });
    cluster.api.objects.delete('virtualmachines', 'again');
    cluster.api.objects.delete('virtualmachineinstances', 'again');
    cluster.startVm('again');
    await until(async () => (await post('/l', { code })).status === 410);
  });
});

describe('row 10: a link whose machine is gone, as the operator tells it', () => {
  it.each([
    ['VirtualMachineReplaced', /issued for no longer exists/],
    ['VirtualMachineNotFound', /does not exist/],
  ])('%s is 410 with its own words', async (reason, words) => {
    const name = reason.toLowerCase();
    cluster.startVm(name);
    const { code, grant } = await link({ vm: name });
    const jwt = await cluster.grant({ vm: name });
    cluster.refuse(grant, reason);
    cluster.refuse(jwt, reason);
    await until(async () => (await post('/l', { code })).status !== 200);
    const reply = await post('/l', { code });
    expect([reply.status, reply.body]).toEqual([410, expect.stringMatching(words)]);
    await until(async () => {
      const set = await call(gateway.port, `/auth/jwt/set?token=${jwt.status?.token}&name=${name}&namespace=ns`);
      return set.status === 410 && words.test(set.body);
    });
  });

  it('that the operator refuses for another reason does not work, and no later try will help', async () => {
    const { code, grant } = await link();
    cluster.refuse(grant, 'SecretNotFound');
    await until(async () => (await post('/l', { code })).status === 410);
    expect((await post('/l', { code })).headers['retry-after']).toBeUndefined();
  });
});

describe('old bookmarks', () => {
  it.each([
    [VNC.slice(1), '/console/ns/demo'],
    [VNC, '/console/ns/demo'],
    [VNC.slice(1).replace(/vnc$/, 'console'), '/console/ns/demo/serial'],
    [VNC.slice(1).replace('/v1/', '/v1alpha3/'), '/console/ns/demo'],
  ])('%s leads to %s', async (path, to) => {
    const reply = await call(gateway.port, `/noVNC/vnc_lite.html?path=${path}`);
    expect([reply.status, reply.headers.location]).toEqual([302, to]);
  });

  it.each(['', '?path=', `?path=${VNC}&path=${VNC}`, `?path[a]=${VNC}`])(
    '400 for "%s", and says why',
    async (query) => {
      const reply = await call(gateway.port, `/noVNC/vnc_lite.html${query}`);
      const message = 'This bookmark does not lead to a console. Open the link you received.';
      expect(statusOf(reply)).toMatchObject({ code: 400, message });
    },
  );

  it.each(['', '//evil.example.com', 'k8s/api/v1/pods', VNC.replace('demo', '..'), VNC.replace('demo', '%2e%2e')])(
    '400 for %s',
    async (path) => {
      expect((await call(gateway.port, `/noVNC/vnc_lite.html?path=${encodeURIComponent(path)}`)).status).toBe(400);
    },
  );
});

describe('public keys, health', () => {
  it('are served', async () => {
    const keys = JSON.parse((await call(gateway.port, '/.well-known/jwks.json')).body) as { keys: { kid: string }[] };
    expect(keys.keys[0]?.kid).toBe(cluster.key.kid);
    expect((await call(gateway.port, '/healthz')).status).toBe(200);
  });
});
