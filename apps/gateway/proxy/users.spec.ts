import { request } from 'node:http';
import { beforeAll, describe, expect, it } from 'vitest';
import { readConfig } from '../config/config.js';
import { SIGN_IN_COOKIE, SealedCookie } from '../sign-in/sealed-cookie.js';
import { call, refusedUpgrade, view } from '../testing/clients.js';
import { json } from '../testing/fake-api.js';
import { BASE_ENV, linesOf, startGateway, TestCluster, until, VNC } from '../testing/gateway.js';
import { useGateway } from '../testing/use-gateway.js';

const { cluster, gateway } = useGateway({ IDLE_TIMEOUT: '2s' });
let cookie: string;

beforeAll(async () => {
  const sealed = new SealedCookie(readConfig(BASE_ENV));
  const until = Date.now() + 60_000;
  const value = await sealed.seal({
    token: 'theirs',
    username: 'eve',
    groups: [],
    method: 'token',
    until,
    session: 's1',
  });
  cookie = `${SIGN_IN_COOKIE}=${value}`;
});

const RIGHTS_UNKNOWN = /^The gateway could not ask the cluster for your permissions \(.{36}\)\.$/;

describe('a signed-in user', () => {
  it('acts with their own token, and nothing else of theirs goes upstream', async () => {
    const reply = await call(gateway.port, '/k8s/api/v1/namespaces/ns/pods', {
      headers: { cookie, 'impersonate-user': 'admin' },
    });
    expect(reply.status).toBe(200);
    const seen = cluster.api.forwarded.at(-1)?.headers ?? {};
    expect(seen.authorization).toBe('Bearer theirs');
    expect(JSON.stringify(seen)).not.toMatch(/admin|cookie/);
  });

  it('opens a console, which is recorded under their name', async () => {
    const viewer = await view(gateway.port, VNC, { cookie, origin: 'https://gate.example.com' });
    await viewer.receives('RFB');
    expect(cluster.api.guests.at(-1)?.request.headers.authorization).toBe('Bearer theirs');
    expect(cluster.api.objects.list('gatesessions')[0]?.spec).toMatchObject({ user: 'eve', vm: 'demo' });
    expect(cluster.api.objects.list('gatesessions')[0]?.spec).not.toHaveProperty('token');
    expect((await viewer.ended).code).toBe(4007);
  });

  it('who only looks is idle on a screen, though it changes; every byte counts on a serial console', async () => {
    cluster.startVm('idle');
    const path = VNC.replace('demo', 'idle');
    const own = { cookie, origin: 'https://gate.example.com' };
    const screen = await view(gateway.port, path, own);
    const serial = await view(gateway.port, path.replace(/vnc$/, 'console'), own);
    screen.socket.send(Buffer.concat([Buffer.from('RFB 003.008\n'), Buffer.from([1, 1])]));
    const update = Buffer.from([3, 1, 0, 0, 0, 0, 0, 1, 0, 1]);
    const timer = setInterval(() => {
      screen.socket.send(update);
      serial.socket.send(Buffer.from('x'));
    }, 200);
    expect((await screen.ended).code).toBe(4007);
    expect(serial.socket.readyState).toBe(serial.socket.OPEN);
    clearInterval(timer);
    expect((await serial.ended).code).toBe(4007);
  });

  it('without the right to a console evicts nobody, learns nothing, leaves nothing behind', async () => {
    cluster.startVm('theirs');
    const grant = await cluster.grant({ vm: 'theirs' });
    const path = VNC.replace('demo', 'theirs');
    const first = await view(gateway.port, path, { authorization: `Bearer ${grant.status?.token}` });
    await first.receives('RFB');
    const left = (): unknown[] =>
      ['leases', 'gatesessions'].map((kind) =>
        cluster.api.objects.list(kind).filter(({ metadata }) => !metadata.name?.startsWith('kg-replica')),
      );
    await until(() => cluster.api.objects.list('gatesessions').at(-1)?.status?.['phase'] === 'Active');
    const before = left();
    const asked: unknown[] = [];
    cluster.api.may = (authorization, attributes) => asked.push([authorization, attributes]) === 0;
    for (const kind of ['vnc', 'console']) {
      const url = `${path.replace(/vnc$/, kind)}?takeover=true`;
      const refused = await refusedUpgrade(gateway.port, url, { cookie, origin: 'https://gate.example.com' });
      expect([refused.status, refused.body]).toEqual([
        403,
        expect.stringContaining('You are not allowed to open this console'),
      ]);
      expect(refused.body).not.toContain('Running');
    }
    cluster.api.may = () => true;
    expect(asked).toEqual(
      ['vnc', 'console'].map((subresource) => [
        'Bearer theirs',
        {
          verb: 'get',
          group: 'subresources.kubevirt.io',
          resource: 'virtualmachineinstances',
          subresource,
          namespace: 'ns',
          name: 'theirs',
        },
      ]),
    );
    expect(left()).toEqual(before);
    expect(
      cluster.api.forwarded.filter(({ url }) => url.includes('/theirs/') && url.includes('subresources')),
    ).toHaveLength(1);
    expect(first.socket.readyState).toBe(first.socket.OPEN);
    first.socket.close();
  });

  it.each([
    [401, 401],
    [403, 403],
  ])('whose rights the cluster answers with %i gets %i', async (said, gets) => {
    cluster.api.answer = (req, res) => {
      if (!req.url?.endsWith('/selfsubjectaccessreviews')) return false;
      json(res, { kind: 'Status', code: said, message: 'no', reason: 'No' }, said);
      return true;
    };
    const refused = await refusedUpgrade(gateway.port, VNC, { cookie, origin: 'https://gate.example.com' });
    cluster.api.answer = () => false;
    expect(refused.status).toBe(gets);
  });

  it('whose rights the cluster cannot say is told so by a close code, which browsers can read', async () => {
    cluster.api.answer = (req, res) => {
      if (!req.url?.endsWith('/selfsubjectaccessreviews')) return false;
      json(res, { kind: 'Status', code: 500, message: 'no', reason: 'No' }, 500);
      return true;
    };
    const own = { cookie, origin: 'https://gate.example.com' };
    const before = cluster.api.guests.length;
    const { code, reason } = await (await view(gateway.port, VNC, own)).ended;
    expect([code, reason]).toEqual([1013, expect.stringMatching(RIGHTS_UNKNOWN)]);
    expect(linesOf(gateway, { body: reason })).toEqual([expect.stringContaining('"where":"upgrade"')]);
    const evil = await refusedUpgrade(gateway.port, VNC, { cookie, origin: 'https://evil.example.com' });
    cluster.api.answer = () => false;
    expect(evil.status).toBe(403);
    expect(cluster.api.guests.length).toBe(before);
  });

  it('in a namespace that is not watched, the VM is read with their own rights', async () => {
    const path = VNC.replace('/namespaces/ns/', '/namespaces/elsewhere/').replace('demo', 'missing');
    const viewer = await view(gateway.port, path, { cookie, origin: 'https://gate.example.com' });
    expect(await viewer.ended).toEqual({ code: 4004, reason: 'missing does not exist.' });
    const asked = cluster.api.seen.filter(({ url }) => url.includes('/namespaces/elsewhere/'));
    expect(asked.every(({ headers }) => headers.authorization === 'Bearer theirs')).toBe(true);
  });

  it('opens and records a console of a namespace that is not watched', async () => {
    const path = VNC.replace('/namespaces/ns/', '/namespaces/elsewhere/');
    const viewer = await view(gateway.port, path, { cookie, origin: 'https://gate.example.com' });
    await Promise.race([viewer.receives('RFB'), viewer.ended]);
    expect(viewer.received()).toContain('RFB');
    const record = cluster.api.objects.list('gatesessions').find(({ spec }) => spec?.['namespace'] === 'elsewhere');
    expect(record?.spec).toMatchObject({ user: 'eve', vm: 'demo', kind: 'vnc' });
    expect(record?.metadata.namespace).toBe('ns');
    viewer.socket.close();
    await viewer.ended;
  });

  it('are not signed in by a cookie that was tampered with', async () => {
    const broken = `${cookie.slice(0, -3)}AAA`;
    expect((await call(gateway.port, '/k8s/api/v1/namespaces/ns/pods', { headers: { cookie: broken } })).status).toBe(
      401,
    );
    await expect(view(gateway.port, VNC, { cookie: broken })).rejects.toMatchObject({ status: 401 });
  });
});

describe('tokens of the original system', () => {
  const now = Math.floor(Date.now() / 1000);
  const claims = { URLs: ['/api/v1/namespaces/ns/pods'], verbs: ['get'], nbf: now - 10, exp: now + 600 };

  it('give no access unless the gateway accepts unregistered tokens', async () => {
    const token = await cluster.sign({ ...claims, jti: 'legacy', sub: 'elsewhere/x' });
    const headers = { authorization: `Bearer ${token}` };
    const path = '/k8s/api/v1/namespaces/ns/pods';
    expect((await call(gateway.port, path, { headers })).status).toBe(401);
    const old = await startGateway(cluster, { ACCEPT_UNREGISTERED: 'true', POD_NAME: 'pod-2' });
    expect((await call(old.port, path, { headers })).status).toBe(200);
    expect((await call(old.port, '/k8s/api/v1/namespaces/ns/services', { headers })).status).toBe(403);
    const set = await call(old.port, `/auth/jwt/set?token=${token}&name=demo&namespace=ns`);
    expect(set.status).toBe(302);
    const [held = ''] = set.headers['set-cookie'] ?? [];
    expect((await call(old.port, path, { headers: { cookie: held.split(';')[0] ?? '' } })).status).toBe(200);
    await old.close();
  });
});

describe('a gateway that has lost its cluster', () => {
  it('is not ready while its account for guests is refused', async () => {
    const lonely = await TestCluster.start();
    lonely.api.answer = (req, res) => {
      if (!req.url?.endsWith('/token')) return false;
      res.writeHead(403, { 'content-type': 'application/json' }).end('{"kind":"Status","code":403}');
      return true;
    };
    const starting = startGateway(lonely);
    await expect(starting).rejects.toThrow('no token for the guest account');
    await lonely.close();
  });

  it('shuts down at once though watches and events are open, and leaves no lease', async () => {
    const leaving = await startGateway(cluster, { POD_NAME: 'pod-3' });
    const begun = Date.now();
    for (const path of ['/k8s/api/v1/namespaces/ns/pods?watch=true', '/api/v1/namespaces/ns/events']) {
      const req = request({ port: leaving.port, path, headers: { cookie }, agent: false }, (res) => res.resume());
      req.on('error', () => undefined);
      await new Promise((resolve) => req.once('response', resolve).end());
    }
    await leaving.close();
    expect(Date.now() - begun).toBeLessThan(10_000);
    await until(() => !cluster.api.objects.list('leases').some(({ metadata }) => metadata.name === 'kg-replica-pod-3'));
  });
});
