import { createHmac, createPrivateKey, generateKeyPairSync } from 'node:crypto';
import { type IncomingMessage, request } from 'node:http';
import { request as secureRequest } from 'node:https';
import { SignJWT, UnsecuredJWT, importPKCS8, type JWTPayload } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Status } from '#libs/api';
import { adminClient, createToken, readyToken } from './support/admin.js';
import { cluster } from './support/cluster.js';
import { ConsoleSocket, Refused } from './support/console-socket.js';
import { consoleSocketPath, gateway, issue, json, redeem } from './support/gateway.js';
import { kubectl, kubectlFails, kubectlOk } from './support/kubectl.js';
import { until } from './support/until.js';

/** The UID of no GateToken. */
const NOBODY = '00000000-0000-4000-8000-000000000000';

const admin = adminClient();

const now = (): number => Math.floor(Date.now() / 1000);

interface Keys {
  tls: { key: string; crt: string };
  kid: string;
}

async function keys(): Promise<Keys> {
  const data = JSON.parse(
    await kubectlOk(['get', 'secret', 'gateserver-sample-jwt-secret', '-o', 'jsonpath={.data}']),
  ) as Record<string, string>;
  const text = (name: string): string => Buffer.from(data[name] ?? '', 'base64').toString();
  const jwks = (await (await gateway('/.well-known/jwks.json')).json()) as { keys: { kid: string }[] };
  return { tls: { key: text('tls.key'), crt: text('tls.crt') }, kid: jwks.keys[0]?.kid ?? '' };
}

/** A request whose target is sent as written: fetch would normalise it. */
async function raw(path: string, headers: Record<string, string>): Promise<number> {
  const { hostname, port } = new URL(cluster().url);
  return new Promise((resolve, reject) => {
    const sent = request({ hostname, port, path, headers }, (response) => {
      response.resume();
      response.once('end', () => resolve(response.statusCode ?? 0));
    });
    sent.once('error', reject);
    sent.end();
  });
}

/** Whether the guest account of the sample may open screens in a namespace. */
async function guestMay(namespace: string): Promise<boolean> {
  const resource = { group: 'subresources.kubevirt.io', resource: 'virtualmachineinstances', subresource: 'vnc' };
  const user = `system:serviceaccount:${cluster().namespace}:gateserver-sample-guest`;
  const review = {
    apiVersion: 'authorization.k8s.io/v1',
    kind: 'SubjectAccessReview',
    spec: { user, resourceAttributes: { ...resource, verb: 'get', namespace, name: 'remote' } },
  };
  return (await kubectlOk('create -f - -o jsonpath={.status.allowed}', { input: JSON.stringify(review) })) === 'true';
}

async function refusedUpgrade(path: string, headers: Record<string, string>): Promise<number> {
  try {
    const socket = await ConsoleSocket.open(path, headers);
    await socket.close();
    return 101;
  } catch (error) {
    if (error instanceof Refused) return error.code;
    throw error;
  }
}

describe('denials, on both doors', () => {
  let ring: Keys;
  let grant: { token: string; uid: string; name: string };
  const vnc = (): string => consoleSocketPath('demo');
  const urls = (): string[] => [vnc().replace('/k8s', '')];

  beforeAll(async () => {
    ring = await keys();
    const issued = await issue({ vm: 'demo', duration: '10m' }, { token: true });
    grant = { token: issued.token ?? '', uid: issued.gatetoken.uid, name: issued.gatetoken.name };
  });

  afterAll(async () => {
    await kubectl(['delete', 'gatetokens', '--all']);
  });

  const claims = (): JWTPayload => ({
    URLs: urls(),
    verbs: ['get'],
    nbf: now() - 120,
    exp: now() + 600,
    jti: grant.uid,
    sub: `${cluster().namespace}/${grant.name}`,
  });
  const signed = async (payload: JWTPayload, header: { kid?: string; alg?: string } = {}): Promise<string> =>
    new SignJWT(payload)
      .setProtectedHeader({ alg: 'RS256', kid: ring.kid, ...header })
      .sign(await importPKCS8(pkcs8(ring.tls.key), 'RS256'));

  const forged: [string, () => Promise<string> | string, RegExp][] = [
    ['alg none', () => new UnsecuredJWT(claims()).encode(), /is not signed/],
    ['HS256 with the public key', () => hs256(claims(), ring.tls.crt, ring.kid), /not signed with RS256/],
    ['a wrong key', () => signedByStranger(claims(), ring.kid), /did not sign the token/],
    ['an unknown kid', () => signed(claims(), { kid: 'unknown' }), /did not sign the token/],
    ['no exp', () => signed({ ...claims(), exp: undefined } as unknown as JWTPayload), /claims.*exp/],
    ['wrong claim types', () => signed({ ...claims(), URLs: 'all', verbs: 7 }), /claims/],
    ['an end in the past', () => signed({ ...claims(), exp: now() - 60 }), /has expired/],
    ['a begin in the future', () => signed({ ...claims(), nbf: now() + 300 }), /not valid yet/],
    ['no GateToken behind it', () => signed({ ...claims(), jti: NOBODY }), /does not know the link/],
    ['garbage', () => 'not.a.jwt', /cannot read the token/],
  ];

  it.each(forged)('row 5: a JWT with %s is 401 with its reason', async (_what, make, reason) => {
    const authorization = `Bearer ${await make()}`;
    const response = await gateway(vnc(), { headers: { authorization } });
    expect(response.status).toBe(401);
    expect(((await response.json()) as Status).message).toMatch(reason);
    expect(await refusedUpgrade(vnc(), { authorization })).toBe(401);
  });

  it('the same claims, signed as they should be, are let in: the refusals above have their own reasons', async () => {
    expect(await refusedUpgrade(vnc(), { authorization: `Bearer ${await signed(claims())}` })).toBe(101);
  });

  it('without a credential: 401', async () => {
    expect((await gateway('/k8s/api/v1/pods')).status).toBe(401);
    expect(await refusedUpgrade(vnc(), {})).toBe(401);
  });

  it.each([
    '/k8s/apis/subresources.kubevirt.io/v1/namespaces/gateway-example/virtualmachineinstances/demo/../stopped/vnc',
    '/k8s/apis/subresources.kubevirt.io/v1/namespaces/gateway-example/virtualmachineinstances/demo%2fvnc',
    '/k8s/apis/subresources.kubevirt.io/v1/namespaces/gateway-example/virtualmachineinstances/demo%5cvnc',
    '/k8s/apis/subresources.kubevirt.io/v1/namespaces/gateway-example/virtualmachineinstances/demo/vnc%00',
    '/k8s/apis/subresources.kubevirt.io/v1/namespaces/gateway-example/virtualmachineinstances/demo/vnc;a=b',
    '/k8s//apis/subresources.kubevirt.io/v1/namespaces/gateway-example/virtualmachineinstances/demo/vnc',
    '/k8s/apis/subresources.kubevirt.io/v1/namespaces/gateway-example/virtualmachineinstances/demo/./vnc',
    '/k8s/apis/subresources.kubevirt.io/v1/namespaces/gateway-example/virtualmachineinstances/demo/vnc%zz',
    '/k8s/apis/subresources.kubevirt.io/v1/namespaces/gateway-example/virtualmachineinstances/demo\\vnc',
  ])('row 1: %s is refused', async (path) => {
    const headers = { authorization: `Bearer ${grant.token}` };
    expect([400, 403]).toContain(await raw(path, headers));
  });

  it.each([
    ['row 3: secrets', '/k8s/api/v1/namespaces/gateway-example/secrets'],
    ['row 3: grants', '/k8s/apis/kubegateway.kubevirt.io/v1beta1/namespaces/gateway-example/gatetokens'],
    [
      'another VM',
      '/k8s/apis/subresources.kubevirt.io/v1/namespaces/gateway-example/virtualmachineinstances/stopped/vnc',
    ],
    ['row 18: the object of the VM itself', '/k8s/apis/kubevirt.io/v1/namespaces/gateway-example/virtualmachines/demo'],
  ])('%s: 403 outside the grant', async (_what, path) => {
    const headers = { authorization: `Bearer ${grant.token}` };
    expect((await gateway(path, { headers })).status).toBe(403);
    expect(await refusedUpgrade(path, headers)).toBe(403);
  });

  it('a console in a namespace that the guest account can no longer reach: 1008, and why', async () => {
    const namespace = 'out-of-reach';
    const vm = { apiVersion: 'kubevirt.io/v1', kind: 'VirtualMachine', metadata: { name: 'remote', namespace } };
    const template = { spec: { domain: { devices: {} } } };
    await kubectlOk(['create', 'namespace', namespace]);
    await kubectlOk(['create', '-f', '-'], { input: JSON.stringify({ ...vm, spec: { running: false, template } }) });
    const path = consoleSocketPath('remote').replace(cluster().namespace, namespace);
    const apiGroup = 'rbac.authorization.k8s.io';
    const metadata = { name: 'guest', namespace };
    const screens = { resources: ['virtualmachineinstances/vnc'], verbs: ['get'] };
    const rules = [{ apiGroups: ['subresources.kubevirt.io'], ...screens }];
    const subjects = [{ kind: 'ServiceAccount', name: 'gateserver-sample-guest', namespace: cluster().namespace }];
    const roleRef = { apiGroup, kind: 'Role', name: 'guest' };
    for (const object of [
      { kind: 'Role', rules },
      { kind: 'RoleBinding', roleRef, subjects },
    ]) {
      const input = JSON.stringify({ apiVersion: `${apiGroup}/v1`, metadata, ...object });
      await kubectlOk(['create', '-f', '-'], { input });
    }
    await until('it may', () => guestMay(namespace));
    await createToken(admin, 'out-of-reach', { urls: [path.replace('/k8s', '')] });
    const authorization = `Bearer ${await readyToken(admin, 'out-of-reach')}`;
    await kubectlOk(['delete', 'rolebinding', 'guest', '-n', namespace]);
    await until('it may no longer', async () => !(await guestMay(namespace)));
    const viewer = await ConsoleSocket.open(path, { authorization });
    const reason = 'The cluster does not allow access to the console of remote.';
    expect(await viewer.closed).toEqual({ code: 1008, reason });
    await kubectlOk(['delete', 'namespace', namespace]);
  });

  it('an address that is not there, and a name that cannot be, are said so', async () => {
    const message = async (path: string): Promise<string> => ((await (await gateway(path)).json()) as Status).message;
    expect(await message('/nowhere')).toBe('There is no page at this address. Check the address, or start at /.');
    const { namespace } = cluster();
    expect((await gateway(`/console/${namespace}/a..b`)).status).toBe(400);
    expect(await message(`/console/${namespace}/a..b`)).toMatch(/^The address contains an invalid Kubernetes name\. /);
  });

  it('at an address that is not a public URL, and without TLS where it has it, every page says the right one', async () => {
    const html = { accept: 'text/html' };
    for (const host of ['127.0.0.1:1', cluster().route]) {
      for (const path of ['/', '/l', '/nowhere', '/k8s/api', '/api/docs/']) {
        expect([host, path, await raw(path, { ...html, host })]).toEqual([host, path, 421]);
      }
      // Probes, and programs with a credential, as through a port-forward.
      expect(await raw('/healthz', { ...html, host })).toBe(200);
      expect(await raw(vnc(), { host, authorization: `Bearer ${grant.token}` })).toBe(400);
    }
    expect(await raw('/', { ...html, host: new URL(cluster().url).host })).toBe(200);
  });

  it('row 17: a refusal under /k8s that is a page is sandboxed; every page says who may open or frame it', async () => {
    const page = async (path: string): Promise<Headers> => {
      const { headers } = await gateway(path, { headers: { accept: 'text/html' } });
      expect(headers.get('content-type')).toContain('text/html');
      return headers;
    };
    expect((await page('/k8s/api')).get('content-security-policy')).toMatch(/^sandbox; /);
    for (const path of ['/', '/login', '/l', '/nowhere', '/k8s/api']) {
      const headers = await page(path);
      expect(headers.get('cross-origin-opener-policy')).toBe('same-origin');
      expect(headers.get('content-security-policy')).toContain("frame-ancestors 'none'");
      // This address is plain HTTP.
      expect(headers.get('strict-transport-security')).toBeNull();
    }
    const { route, httpsPort } = cluster();
    const secure = await new Promise<IncomingMessage>((resolve, reject) => {
      const headers = { host: `${route}:${httpsPort}` };
      secureRequest({ port: httpsPort, servername: route, headers, rejectUnauthorized: false }, resolve)
        .on('error', reject)
        .end();
    });
    secure.resume();
    expect(secure.headers['strict-transport-security']).toBe('max-age=31536000');
  });

  it('row 3: a grant of everything reaches no secret', async () => {
    const all = await issue({ urls: ['*'], duration: '10m' }, { token: true, as: 'admin' });
    const headers = { authorization: `Bearer ${all.token ?? ''}` };
    expect((await gateway('/k8s/api/v1/namespaces/gateway-example/pods', { headers })).status).toBe(200);
    for (const path of ['/k8s/api/v1/namespaces/gateway-example/secrets', '/k8s/api/v1/secrets?watch=true']) {
      const refused = await gateway(path, { headers });
      expect(await refused.json()).toMatchObject({
        code: 403,
        message: 'No link can grant access to secrets, tokens, roles or links.',
      });
    }
  });

  it('row 6: another origin may not open the console with the cookie', async () => {
    const issued = await issue({ vm: 'demo', duration: '10m' });
    const { cookie } = await redeem(issued.link ?? '');
    for (const origin of ['https://evil.example', 'null']) {
      expect(await refusedUpgrade(vnc(), { cookie, origin })).toBe(403);
    }
    expect(await refusedUpgrade(vnc(), { cookie, origin: cluster().url })).toBe(101);
  });

  it('row 6: another origin may not post with the cookie, though the grant allows it', async () => {
    const reviews = '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews';
    const issued = await issue({ urls: [reviews], verbs: ['post'], duration: '10m' });
    const { cookie } = await redeem(issued.link ?? '');
    const body = JSON.stringify({
      apiVersion: 'authorization.k8s.io/v1',
      kind: 'SelfSubjectAccessReview',
      spec: { resourceAttributes: { verb: 'get', resource: 'pods' } },
    });
    const post = async (headers: Record<string, string>): Promise<number> =>
      (await gateway(`/k8s${reviews}`, { method: 'POST', headers: { ...json, cookie, ...headers }, body })).status;
    expect(await post({ origin: cluster().url })).toBe(201);
    expect(await post({ origin: 'https://evil.example' })).toBe(403);
    expect(await post({ origin: 'null' })).toBe(403);
    expect(await post({})).toBe(403);
  });

  it('row 4: whatever identity a guest claims, the API sees the guest account', async () => {
    const reviews = '/apis/authentication.k8s.io/v1/selfsubjectreviews';
    const { token = '' } = await issue({ urls: [reviews], verbs: ['post'], duration: '10m' }, { token: true });
    const headers = {
      ...json,
      authorization: `Bearer ${token}`,
      'impersonate-user': 'admin',
      impersonate_user: 'admin',
      'x-remote-user': 'admin',
      'x-remote-group': 'system:masters',
    };
    const body = JSON.stringify({ apiVersion: 'authentication.k8s.io/v1', kind: 'SelfSubjectReview' });
    const response = await gateway(`/k8s${reviews}`, { method: 'POST', headers, body });
    expect(response.status).toBe(201);
    const { status } = (await response.json()) as { status: { userInfo: { username: string; groups: string[] } } };
    expect(status.userInfo.username).toBe(`system:serviceaccount:${cluster().namespace}:gateserver-sample-guest`);
    expect(status.userInfo.groups).not.toContain('system:masters');
  });

  it('row 9: name and namespace in the link', async () => {
    for (const query of ['name=../x&namespace=gateway-example', 'name=demo&namespace=//evil.example']) {
      expect((await gateway(`/auth/jwt/set?token=${grant.token}&${query}`)).status).toBe(400);
    }
  });

  it('rows 12, 13: whoever may write the status makes no used link usable again, and frees none from its VM', async () => {
    const { gatetoken, link = '' } = await issue({ vm: 'demo', duration: '10m', 'single-use': true });
    expect((await redeem(link)).status).toBe(200);
    const write = ['patch', 'gatetoken', gatetoken.name, '--subresource=status', '--type=merge', '-p'];
    const final = [
      ...[{ redeemed: null }, { redeemed: { by: 'mine' } }, { 'vm-uid': null }, { 'vm-uid': gatetoken.uid }],
      ...[{ 'gate-server': null }, null],
    ];
    for (const status of final) {
      const refusal = await kubectlFails([...write, JSON.stringify({ status })]);
      expect(refusal).toMatch(
        /status[.](redeemed|vm-uid) is final once it is set|status[.]gate-server cannot be removed/,
      );
    }
    expect((await redeem(link)).status).toBe(410);
    await kubectlOk([...write, JSON.stringify({ status: { live: 0 } })]);
  });

  it('row 21: a grant of more than 64 KiB of paths is refused', async () => {
    const urls = Array.from({ length: 33 }, (_, i) => `/api/v1/namespaces/x/pods/p/log/${i}`.padEnd(2000, 'x'));
    await expect(createToken(admin, 'too-long', { urls })).rejects.toThrow(
      /spec\.urls: at most 65536 characters in all/,
    );
  });

  it('links: 410 when over, 425 when not yet valid', async () => {
    const set = async (token: string): Promise<number> =>
      (await gateway(`/auth/jwt/set?token=${token}&name=demo&namespace=gateway-example`)).status;
    expect(await set(await signed({ ...claims(), exp: now() - 60 }))).toBe(410);
    expect(await set(await signed({ ...claims(), nbf: now() + 300 }))).toBe(425);
    expect(await set('garbage')).toBe(401);
    const code = await gateway('/l', {
      method: 'POST',
      headers: { ...json, origin: cluster().url },
      body: JSON.stringify({ code: 'A'.repeat(32) }),
    });
    expect(code.status).toBe(401);
  });

  it('cookies of other applications that fill a request: 431 names them, to people and to programs', async () => {
    const cookie = Array.from({ length: 1000 }, (_, i) => `foreign-${i}=${'x'.repeat(40)}`).join('; ');
    const page = await gateway('/l', { headers: { cookie, accept: 'text/html' } });
    expect(page.status).toBe(431);
    expect(await page.text()).toContain('<h1>Too many cookies</h1>');
    const status = (await (await gateway('/k8s/api', { headers: { cookie } })).json()) as Status;
    expect(status).toMatchObject({
      code: 431,
      message: expect.stringMatching(/^Your browser holds too many/) as string,
    });
  });

  it('a JWT of 1 MB: 413 in a body, 431 in URL or header', async () => {
    const token = 'A'.repeat(1 << 20);
    const form = await gateway('/auth/jwt/set', {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded', origin: cluster().url },
      body: `token=${token}&name=demo&namespace=gateway-example`,
    });
    expect(form.status).toBe(413);
    expect(await raw(`/auth/jwt/set?token=${token}`, {})).toBe(431);
    expect(await raw('/k8s/api', { authorization: `Bearer ${token}` })).toBe(431);
  });
});

async function signedByStranger(payload: JWTPayload, kid: string): Promise<string> {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  return new SignJWT(payload).setProtectedHeader({ alg: 'RS256', kid }).sign(privateKey);
}

/** PKCS#1 or PKCS#8 in, PKCS#8 out: jose reads the latter alone. */
function pkcs8(pem: string): string {
  return createPrivateKey(pem).export({ type: 'pkcs8', format: 'pem' }).toString();
}

function hs256(payload: JWTPayload, secret: string, kid: string): string {
  const part = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');
  const head = `${part({ alg: 'HS256', kid })}.${part(payload)}`;
  return `${head}.${createHmac('sha256', secret).update(head).digest('base64url')}`;
}
