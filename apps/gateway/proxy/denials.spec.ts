import { createHmac, createPrivateKey, createPublicKey, sign as signBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { type GrantInfo } from '#libs/api';
import { vmUrls } from '#libs/policy';
import { type Claims, generateKeyPair, thumbprint } from '#libs/token';
import { call, refusedUpgrade, type Reply } from '../testing/clients.js';
import { VNC } from '../testing/gateway.js';
import { useGateway } from '../testing/use-gateway.js';

const PODS = '/k8s/api/v1/namespaces/ns/pods';
const USB = VNC.replace(/vnc$/, 'usbredir');

const { cluster, gateway } = useGateway();

type Headers = Record<string, string>;
const bearer = (token: string | undefined): Headers => ({ authorization: `Bearer ${token ?? ''}` });

/** Knocks at both doors with the same credential; nothing may reach the cluster. */
async function bothDoors(headers: Headers, http = PODS, upgrade = VNC): Promise<{ http: Reply; upgrade: Reply }> {
  const before = cluster.api.forwarded.length;
  const replies = {
    http: await call(gateway.port, http, { headers }),
    upgrade: await refusedUpgrade(gateway.port, upgrade, headers),
  };
  expect(cluster.api.forwarded.length).toBe(before);
  return replies;
}

async function expectBoth(headers: Headers, code: number, message: RegExp): Promise<void> {
  for (const reply of Object.values(await bothDoors(headers))) {
    expect(reply.status).toBe(code);
    const status = JSON.parse(reply.body) as { kind: string; code: number; message: string };
    expect(status).toMatchObject({ kind: 'Status', code });
    expect(status.message).toMatch(message);
  }
}

async function claims(change: Partial<Claims> = {}): Promise<Claims> {
  const { metadata } = await cluster.grant({ urls: ['/api/v1/*', '/apis/*'] });
  const now = Math.floor(Date.now() / 1000);
  const own = { jti: metadata.uid ?? '', sub: `ns/${metadata.name ?? ''}` };
  return { URLs: ['/api/v1/*', '/apis/*'], verbs: ['get'], nbf: now - 10, exp: now + 600, ...own, ...change };
}

function handMade(header: object, payload: object, signature: (input: string) => string): string {
  const encode = (part: object): string => Buffer.from(JSON.stringify(part)).toString('base64url');
  const input = `${encode(header)}.${encode(payload)}`;
  return `${input}.${signature(input)}`;
}

const rs256 = (input: string): string =>
  signBytes('sha256', Buffer.from(input), cluster.key.privateKey).toString('base64url');

describe('row 5: invalid tokens, at both doors', () => {
  it('no credential', async () => expectBoth({}, 401, /No link or sign-in/));
  it('a malformed token', async () => expectBoth(bearer('nonsense'), 401, /cannot read the token/));
  it('another scheme than Bearer', async () => expectBoth({ authorization: 'Basic YTpi' }, 401, /token/));

  it('alg none', async () => {
    const token = handMade({ alg: 'none', kid: cluster.key.kid }, await claims(), () => '');
    await expectBoth(bearer(token), 401, /./);
  });

  it('HS256 with the public key as the secret', async () => {
    const pem = cluster.key.publicKey.export({ type: 'spki', format: 'pem' });
    const forged = (input: string): string => createHmac('sha256', pem).update(input).digest('base64url');
    const token = handMade({ alg: 'HS256', kid: cluster.key.kid }, await claims(), forged);
    await expectBoth(bearer(token), 401, /./);
  });

  it('a foreign key, under its own and under our kid', async () => {
    const privateKey = createPrivateKey((await generateKeyPair())['tls.key']);
    const publicKey = createPublicKey(privateKey);
    const own = { privateKey, publicKey, kid: thumbprint(publicKey) };
    await expectBoth(bearer(await cluster.sign(await claims(), own)), 401, /This gateway did not sign the token/);
    const forged = { ...own, kid: cluster.key.kid };
    await expectBoth(bearer(await cluster.sign(await claims(), forged)), 401, /This gateway did not sign the token/);
  });

  it('a key that the header itself brings along', async () => {
    const privateKey = createPrivateKey((await generateKeyPair())['tls.key']);
    const jwk = createPublicKey(privateKey).export({ format: 'jwk' });
    const sign = (input: string): string => signBytes('sha256', Buffer.from(input), privateKey).toString('base64url');
    await expectBoth(bearer(handMade({ alg: 'RS256', kid: cluster.key.kid, jwk }, await claims(), sign)), 401, /./);
  });

  it.each([
    ['exp missing', { exp: undefined }],
    ['exp a text', { exp: '9999999999' }],
    ['URLs a text', { URLs: '/*' }],
    ['no URLs', { URLs: [] }],
    ['jti missing', { jti: undefined }],
  ])('%s', async (_name, change) => {
    const token = handMade({ alg: 'RS256', kid: cluster.key.kid }, { ...(await claims()), ...change }, rs256);
    await expectBoth(bearer(token), 401, /./);
  });

  it('without kid, where unregistered tokens are not accepted', async () => {
    await expectBoth(bearer(handMade({ alg: 'RS256' }, await claims(), rs256)), 401, /./);
  });

  it('signed, but of no GateToken', async () => {
    const token = await cluster.sign(await claims({ jti: 'f0000000-0000-4000-8000-000000000000', sub: 'ns/nobody' }));
    await expectBoth(bearer(token), 401, /does not know the link/);
  });
});

describe('row 10: grants at the ends of their lives, at both doors', () => {
  const urls = ['/api/v1/*', '/apis/*'];
  const now = (): number => Math.floor(Date.now() / 1000);

  it('expired', async () => {
    const { status } = await cluster.grant({ urls }, { nbf: now() - 100, exp: now() - 1 });
    await expectBoth(bearer(status?.token), 401, /expired/);
  });

  it('not yet valid', async () => {
    const { status } = await cluster.grant({ urls }, { nbf: now() + 100, exp: now() + 200 });
    await expectBoth(bearer(status?.token), 401, /not valid yet/);
  });

  it('revoked, within a second', async () => {
    const grant = await cluster.grant({ urls });
    expect((await call(gateway.port, PODS, { headers: bearer(grant.status?.token) })).status).toBe(200);
    cluster.revoke(grant);
    await expect
      .poll(async () => (await call(gateway.port, PODS, { headers: bearer(grant.status?.token) })).status)
      .toBe(401);
    await expectBoth(bearer(grant.status?.token), 401, /revoked/);
  });

  it('taken back by the operator, whose JWT is in a backup still (row 8)', async () => {
    const grant = await cluster.grant({ urls });
    cluster.takeBack(grant);
    const jwt = grant.status?.token;
    await expect.poll(async () => (await call(gateway.port, PODS, { headers: bearer(jwt) })).status).toBe(401);
    await expectBoth(bearer(jwt), 401, /revoked/);
    expect((await call(gateway.port, `/auth/jwt/set?token=${jwt}`)).status).toBe(410);
  });

  it('deleted, within a second', async () => {
    const grant = await cluster.grant({ urls });
    expect((await call(gateway.port, PODS, { headers: bearer(grant.status?.token) })).status).toBe(200);
    cluster.api.objects.delete('gatetokens', grant.metadata.name ?? '');
    await expect
      .poll(async () => (await call(gateway.port, PODS, { headers: bearer(grant.status?.token) })).status)
      .toBe(401);
  });

  it('refused by the operator', async () => {
    const grant = await cluster.grant({ urls });
    cluster.api.objects.update('gatetokens', grant.metadata.name ?? '', (old) => ({
      ...old,
      status: { ...old.status, phase: 'Error' },
    }));
    await expect
      .poll(async () => (await call(gateway.port, PODS, { headers: bearer(grant.status?.token) })).status)
      .toBe(401);
  });

  it('bound to a VM that was recreated under the same name', async () => {
    cluster.startVm('renewed');
    const grant = await cluster.grant({ vm: 'renewed' });
    cluster.api.objects.delete('virtualmachines', 'renewed');
    cluster.api.objects.delete('virtualmachineinstances', 'renewed');
    cluster.startVm('renewed');
    await cluster.grant(); // Comes after them in every watch that this test waits for below.
    const path = VNC.replace('demo', 'renewed');
    await expect
      .poll(
        async () =>
          (await refusedUpgrade(gateway.port, path, bearer(grant.status?.token)).catch(() => undefined))?.status,
      )
      .toBe(403);
    expect((await call(gateway.port, path, { headers: bearer(grant.status?.token) })).status).toBe(403);
  });

  it.each(['VirtualMachineReplaced', 'VirtualMachineNotFound'])('whose VM is gone: %s', async (reason) => {
    const grant = await cluster.grant({ urls: [...urls, ...vmUrls('ns', 'demo')] });
    cluster.refuse(grant, reason);
    const headers = bearer(grant.status?.token);
    await expect.poll(async () => (await call(gateway.port, PODS, { headers })).status).toBe(403);
    await expectBoth(
      headers,
      403,
      /The virtual machine .*(this link was issued for no longer exists|of this link does not exist)/,
    );
  });

  it('the page of a VM that is gone can say so', async () => {
    const name = 'departed';
    cluster.startVm(name);
    const grant = await cluster.grant({ vm: name });
    const ask = () =>
      call(gateway.port, `/api/v1/grant?namespace=ns&vm=${name}`, { headers: bearer(grant.status?.token) });
    cluster.refuse(grant, 'VirtualMachineReplaced');
    await expect.poll(async () => (await ask()).body).toContain('"NotFound"');
    const info = JSON.parse((await ask()).body) as GrantInfo;
    expect(info).toMatchObject({ vm: name, 'vm-status': 'NotFound', consoles: { vnc: true, serial: true } });
    expect(Date.parse(info.until)).toBeGreaterThan(Date.now());
    const other = await call(gateway.port, '/api/v1/grant?namespace=ns&vm=demo', {
      headers: bearer(grant.status?.token),
    });
    expect([other.status, other.body]).toEqual([403, expect.stringContaining('no longer exists')]);
  });

  it('a token newer than the watch is found by one live question', async () => {
    cluster.api.mute = true;
    const grant = await cluster.grant({ urls });
    expect((await call(gateway.port, PODS, { headers: bearer(grant.status?.token) })).status).toBe(200);
    cluster.api.mute = false;
  });
});

describe('row 1: path tricks are never forwarded', () => {
  it.each([
    '/k8s/api/v1/namespaces/ns/pods/../secrets',
    '/k8s/api/v1/namespaces/ns/pods/%2e%2e/secrets',
    '/k8s/api/v1/namespaces/ns/pods/%2E%2E/secrets',
    '/k8s/api/v1/namespaces/ns/pods%2f..%2fsecrets',
    '/k8s/api/v1/namespaces/ns//pods',
    '/k8s//api/v1/namespaces/ns/pods',
    '/k8s/api/v1/namespaces/ns/pods/',
    '/k8s/api/v1/namespaces/ns/pods;x=y',
    '/k8s/api/v1/namespaces/ns/pods\\x',
    '/k8s/api/v1/namespaces/ns/pods%5cx',
    '/k8s/api/v1/namespaces/ns/pods%00',
    '/k8s/api/v1/namespaces/ns/pods%zz',
    '/k8s/api/v1/namespaces/ns/pods%',
    '/k8s/api/v1/namespaces/ns/%70ods',
    '/k8s/api/v1/namespaces/ns/pods/./x',
  ])('%s', async (path) => {
    const { status } = await cluster.grant({ urls: ['/api/v1/*'] });
    const replies = await bothDoors(bearer(status?.token), path, path);
    expect(replies.http.status).toBe(400);
    expect(replies.upgrade.status).toBe(400);
  });

  it.each([
    '/K8S/api/v1/pods',
    '//k8s/api/v1/pods',
    '/./k8s/api/v1/pods',
    '/x/../k8s/api/v1/pods',
    'http://evil/k8s/api/v1/pods',
  ])('outside of the door: %s', async (path) => {
    const { status } = await cluster.grant({ urls: ['/api/v1/*'] });
    const replies = await bothDoors(bearer(status?.token), path, path.startsWith('http') ? '/x/k8s/' : path);
    expect(replies.http.status).toBeGreaterThanOrEqual(400);
    expect(replies.upgrade.status).toBe(404);
  });
});

describe('rows 2 and 3: what no wildcard, or no grant, reaches', () => {
  it.each([
    '/api/v1/namespaces/ns/secrets',
    '/api/v1/namespaces/ns/secrets/gs-jwt-secret',
    '/api/v1/secrets?watch=true',
    '/apis/kubegateway.kubevirt.io/v1beta1/namespaces/ns/gatetokens',
    '/apis/rbac.authorization.k8s.io/v1/clusterroles',
    '/api/v1/namespaces/ns/serviceaccounts/gs-guest/token',
  ])('%s, by wildcard and by exact URL', async (path) => {
    for (const url of ['*', path.split('?')[0] ?? '']) {
      const { status } = await cluster.grant({ urls: [url], verbs: ['get', 'post'] });
      const replies = await bothDoors(bearer(status?.token), `/k8s${path}`, `/k8s${path}`);
      expect(replies.http.status).toBe(403);
      expect(replies.upgrade.status).toBe(403);
    }
  });

  it.each([
    ['/api/v1/namespaces/ns/secrets/s', ['*'], 'GET'],
    ['/api/v1/namespaces/ns/secrets/s', ['/api/v1/namespaces/ns/pods'], 'GET'],
    ['/api/v1/namespaces/ns/secrets/s', ['*'], 'DELETE'],
    ['/apis/rbac.authorization.k8s.io/v1/clusterroles', ['/api/*'], 'GET'],
  ])('%s, under %s, by %s: one sentence, which sends nobody for another link', async (path, urls, method) => {
    const { status } = await cluster.grant({ urls });
    const reply = await call(gateway.port, `/k8s${path}`, { method, headers: bearer(status?.token) });
    expect(reply.status).toBe(403);
    expect(JSON.parse(reply.body)).toMatchObject({
      message: 'No link can grant access to secrets, tokens, roles or links.',
    });
  });

  it.each([
    ['/api/v1/pods', { urls: ['/api/v1/nodes'] }, 'This link does not allow this path. ASK that does.'],
    ['/api/v1/pods', { urls: ['*'], verbs: ['post'] }, 'This link does not allow this method. ASK that does.'],
    [
      '/api/v1/namespaces/ns/pods/x/exec',
      { urls: ['*'] },
      'Only a URL without "*" can grant exec, attach, portforward, proxy, usbredir or vsock. ASK with this exact URL.',
    ],
    [
      USB.slice('/k8s'.length),
      { urls: [USB.slice('/k8s'.length)], 'view-only': true },
      'This link is view only. ASK that is not view only.',
    ],
  ])('%s, under %j: what would help', async (path, spec, message) => {
    const { status } = await cluster.grant(spec);
    const reply = await call(gateway.port, `/k8s${path}`, { headers: bearer(status?.token) });
    expect(JSON.parse(reply.body)).toMatchObject({
      code: 403,
      message: message.replace('ASK', 'Ask the person who sent you the link for one'),
    });
  });

  it.each(['/api/v1/namespaces/ns/pods/x/exec', '/api/v1/namespaces/ns/pods/x/portforward', USB.slice('/k8s'.length)])(
    '%s needs an exact URL',
    async (path) => {
      const { status } = await cluster.grant({ urls: ['/api/*', '/apis/*'] });
      const replies = await bothDoors(bearer(status?.token), `/k8s${path}`, `/k8s${path}`);
      expect([replies.http.status, replies.upgrade.status]).toEqual([403, 403]);
    },
  );

  it('another path and another method than granted', async () => {
    const { status } = await cluster.grant({ urls: ['/api/v1/namespaces/ns/pods'] });
    expect(
      (await bothDoors(bearer(status?.token), '/k8s/api/v1/namespaces/ns/podsx', '/k8s/api/v1/pods')).http.status,
    ).toBe(403);
    for (const method of ['POST', 'DELETE', 'PUT', 'PATCH', 'OPTIONS']) {
      expect((await call(gateway.port, PODS, { method, headers: bearer(status?.token) })).status).toBe(403);
    }
  });

  it('HEAD is allowed where GET is', async () => {
    const { status } = await cluster.grant({ urls: ['/api/v1/namespaces/ns/pods'] });
    expect((await call(gateway.port, PODS, { method: 'HEAD', headers: bearer(status?.token) })).status).toBe(200);
  });
});

describe('row 6: another site', () => {
  it.each([
    'null',
    'https://evil.example.com',
    'http://gate.example.com',
    'https://gate.example.com:444',
    'https://gate.example.com.evil',
  ])('Origin %s, at both doors', async (origin) => {
    const { status } = await cluster.grant({ urls: ['*'] });
    await expectBoth({ ...bearer(status?.token), origin }, 403, /another site/);
    await expectBoth({ cookie: `kg-jwt-session-code=${status?.token}`, origin }, 403, /another site/);
  });

  it('an unsafe method with a cookie needs a proof that it is ours', async () => {
    const { status } = await cluster.grant({ urls: ['/api/v1/namespaces/ns/pods'], verbs: ['post'] });
    const post = (headers: Headers): Promise<Reply> =>
      call(gateway.port, PODS, { method: 'POST', headers, body: '{"metadata":{"generateName":"p-"}}' });
    const cookie = `kg-jwt-session-code=${status?.token}`;
    expect((await post({ cookie })).status).toBe(403);
    expect((await post({ cookie, 'sec-fetch-site': 'cross-site' })).status).toBe(403);
    expect((await post({ cookie, 'sec-fetch-site': 'same-origin' })).status).toBe(201);
    expect((await post({ cookie, origin: 'https://gate.example.com' })).status).toBe(201);
    expect((await post(bearer(status?.token))).status).toBe(201);
  });
});

describe('consoles are websockets', () => {
  it('a plain GET of vnc or console is refused before the cluster could cut the viewer', async () => {
    const { status } = await cluster.grant();
    for (const path of [VNC, VNC.replace(/vnc$/, 'console'), VNC.replace('/v1/', '/v1alpha3/')]) {
      const before = cluster.api.forwarded.length;
      const reply = await call(gateway.port, path, { headers: bearer(status?.token) });
      expect(reply.status).toBe(400);
      expect(reply.body).toContain('WebSocket');
      expect(cluster.api.forwarded.length).toBe(before);
    }
  });

  it('another upgrade than a websocket is an ordinary request, and refused as one', async () => {
    const { status } = await cluster.grant();
    const headers = { ...bearer(status?.token), connection: 'Upgrade', upgrade: 'SPDY/3.1' };
    expect((await call(gateway.port, VNC, { headers })).status).toBe(400);
  });
});

describe('pages for people', () => {
  it('says in HTML what happened and what to do, with a policy that lets nothing run', async () => {
    const reply = await call(gateway.port, PODS, { headers: { accept: 'text/html' } });
    expect(reply.status).toBe(401);
    expect(reply.headers['content-type']).toContain('text/html');
    expect(reply.headers['content-security-policy']).toContain("default-src 'none'");
    expect(reply.body).toContain('<h1>');
    expect(reply.body).toContain('Open the link you received');
  });
});
