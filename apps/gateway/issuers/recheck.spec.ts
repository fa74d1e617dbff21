import { request } from 'node:http';
import { beforeEach, describe, expect, it } from 'vitest';
import { type GateToken, type GateTokenSpec } from '#libs/api';
import { linkHash, newCode } from '#libs/token';
import { call, refusedUpgrade, type Reply, view } from '../testing/clients.js';
import { until, VNC } from '../testing/gateway.js';
import { useGateway } from '../testing/use-gateway.js';

const PODS = '/k8s/api/v1/namespaces/ns/pods';
const LOST = 'The person who issued this link no longer has access.';

const { cluster, gateway } = useGateway({ ISSUER_RECHECK: '1s' });

/** Rights that ann lacks, by resource and subresource. */
const lacks = new Set<string>();
let mayAsk = true;
let issuers = 0;

beforeEach(() => {
  lacks.clear();
  mayAsk = true;
  cluster.api.issuerMay = (_user, { resource, subresource }) =>
    mayAsk ? !lacks.has(subresource ?? resource ?? '') : undefined;
});

/** A grant whose issuer is proven, each of an issuer of its own: answers about others do not count for it. */
async function issued(spec: Partial<GateTokenSpec> = {}): Promise<GateToken> {
  const username = `ann-${++issuers}`;
  const grant = await cluster.grant({ issuer: { username, groups: ['staff'] }, ...spec });
  return cluster.approve(grant.metadata.name ?? '', { ...grant.status, issuer: username });
}

/** With the screen of a VM of its own, a USB redirection of it, and the pods. */
async function wide(): Promise<{ screen: string; usb: string; headers: Record<string, string> }> {
  const vm = `vm-${issuers}`;
  cluster.startVm(vm);
  const screen = VNC.replace('demo', vm);
  const usb = screen.replace(/vnc$/, 'usbredir');
  const grant = await issued({ urls: [screen, usb, PODS].map((path) => path.slice('/k8s'.length)) });
  return { screen, usb, headers: { authorization: `Bearer ${grant.status?.token}` } };
}

const post = (body: object): Promise<Reply> =>
  call(gateway.port, '/l', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });

/** A watch that has begun. @returns resolves when it is cut */
function follow(headers: Record<string, string>): Promise<{ over: Promise<unknown> }> {
  const req = request({ port: gateway.port, path: `${PODS}?watch=true`, headers, agent: false });
  req.on('error', () => undefined);
  return new Promise((resolve) => {
    req.once('response', (res) => {
      res.on('error', () => undefined).resume();
      resolve({ over: new Promise((over) => res.once('close', over)) });
    });
    req.end();
  });
}

describe('row 13: an issuer who lost a right', () => {
  it.each([{ redeem: true }, {}])('gives no link: %j', async (how) => {
    const code = newCode();
    await issued({ 'link-hash': linkHash(code) });
    lacks.add('vnc');
    const reply = await post({ code, ...how });
    expect([reply.status, reply.headers['set-cookie']]).toEqual([403, undefined]);
    expect(JSON.parse(reply.body)).toMatchObject({
      reason: 'IssuerLostAccess',
      message: expect.stringContaining(LOST) as string,
    });
  });

  it('gives no link of the original system, on a page that says so', async () => {
    const grant = await issued();
    lacks.add('vnc');
    const accept = { accept: 'text/html' };
    const reply = await call(gateway.port, `/auth/jwt/set?token=${grant.status?.token}`, { headers: accept });
    expect([reply.status, reply.headers['set-cookie']]).toEqual([403, undefined]);
    expect(reply.body).toContain(LOST);
  });

  it('gives no link for a part of what they still have', async () => {
    const code = newCode();
    await issued({ 'link-hash': linkHash(code) });
    lacks.add('console');
    expect((await post({ code, redeem: true })).status).toBe(403);
  });

  it('opens nothing: no console (4008), no other upgrade, no watch, no request', async () => {
    const { screen, usb, headers } = await wide();
    lacks.add('vnc').add('usbredir').add('pods');
    const before = gateway.log.length;
    const viewer = await view(gateway.port, screen, headers);
    expect(await viewer.ended).toEqual({ code: 4008, reason: LOST });
    expect((await refusedUpgrade(gateway.port, usb, headers)).status).toBe(403);
    for (const path of [PODS, `${PODS}?watch=true`])
      expect(await call(gateway.port, path, { headers })).toMatchObject({
        status: 403,
        body: expect.stringContaining(LOST) as string,
      });
    expect(cluster.api.guests.filter(({ url }) => url.includes(screen.slice('/k8s'.length)))).toEqual([]);
    const said = gateway.log.slice(before).filter((line) => line.includes('"rule":"issuer-lost-access"'));
    expect(said).toHaveLength(4);
    for (const line of said) expect(JSON.parse(line)).toHaveProperty('who.grant', expect.stringMatching(/^ns.gt-/));
  });

  it('ends what is open, each part with the right that it needs', async () => {
    const { screen, usb, headers } = await wide();
    const console = await view(gateway.port, screen, headers);
    const upgrade = await view(gateway.port, usb, headers);
    await Promise.all([console, upgrade].map((one) => one.receives('RFB')));
    const watch = await follow(headers);
    lacks.add('usbredir').add('pods');
    expect((await upgrade.ended).code).toBe(1006);
    await watch.over;
    expect(console.socket.readyState).toBe(console.socket.OPEN);
    lacks.add('vnc');
    expect((await console.ended).code).toBe(4008);
    const record = cluster.api.objects.list('gatesessions').at(-1);
    await until(() =>
      String(cluster.api.objects.get('gatesessions', record?.metadata.name ?? '').status?.['reason']).includes(
        'no longer has access',
      ),
    );
  });

  it('gives again what they have again', async () => {
    const { screen, headers } = await wide();
    lacks.add('vnc');
    await (
      await view(gateway.port, screen, headers)
    ).ended;
    lacks.clear();
    await until(async () => {
      const viewer = await view(gateway.port, screen, headers);
      return Promise.race([viewer.receives('RFB').then(() => true), viewer.ended.then(() => false)]);
    });
  });

  it('does not keep another link of the same browser from opening', async () => {
    const cookies = [await issued(), await cluster.grant()].map(async (grant) => {
      const reply = await call(gateway.port, `/auth/jwt/set?token=${grant.status?.token}`);
      return reply.headers['set-cookie']?.find((one) => one.startsWith('kg-grant-'))?.split(';')[0] ?? '';
    });
    const [lost, good] = await Promise.all(cookies);
    const open = (cookie = '') => view(gateway.port, VNC, { cookie, origin: 'https://gate.example.com' });
    lacks.add('vnc');
    await until(async () => (await (await open(lost)).ended).code === 4008);
    const viewer = await open(`${lost}; ${good}`);
    await viewer.receives('RFB');
    viewer.socket.close();
  });
});

describe('row 11: a cluster that does not say what the issuer may', () => {
  it('opens nothing that was never allowed: 503, and 1013 on a console', async () => {
    const code = newCode();
    await issued({ 'link-hash': linkHash(code) });
    const { screen, headers } = await wide();
    mayAsk = false;
    expect((await post({ code, redeem: true })).status).toBe(503);
    expect((await call(gateway.port, PODS, { headers })).status).toBe(503);
    expect((await (await view(gateway.port, screen, headers)).ended).code).toBe(1013);
    const said = gateway.log.filter((line) => line.includes('may not create localsubjectaccessreviews'));
    expect(said).toHaveLength(1);
  });

  it('ends nothing at once: what was allowed goes on, and opens again', async () => {
    const { screen, headers } = await wide();
    const viewer = await view(gateway.port, screen, headers);
    await viewer.receives('RFB');
    mayAsk = false;
    const asked = () => cluster.api.seen.filter(({ url }) => url.endsWith('/localsubjectaccessreviews')).length;
    const before = asked();
    await until(() => asked() > before);
    expect((await call(gateway.port, PODS, { headers })).status).toBe(503);
    expect(viewer.socket.readyState).toBe(viewer.socket.OPEN);
    mayAsk = true;
    viewer.socket.close();
  });
});

it('nobody is asked about where the issuer is not proven', async () => {
  lacks.add('vnc');
  const grant = await cluster.grant({ issuer: { username: 'boss' } });
  const viewer = await view(gateway.port, VNC, { authorization: `Bearer ${grant.status?.token}` });
  await viewer.receives('RFB');
  viewer.socket.close();
});
