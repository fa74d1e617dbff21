import { readFileSync } from 'node:fs';
import { beforeEach, describe, expect, it } from 'vitest';
import { type AuditEvent } from '#libs/ops';
import { linkHash, newCode } from '#libs/token';
import { call, view } from '../testing/clients.js';
import { until, VNC } from '../testing/gateway.js';
import { asAda, failure, OWN_ORIGIN, serveUsers, signedIn } from '../testing/rest.js';
import { useGateway } from '../testing/use-gateway.js';

const { cluster, gateway } = useGateway();
const PODS = '/api/v1/namespaces/ns/pods';
const TOKENS = '/namespaces/ns/gatetokens';
type Line = Record<string, unknown>;

beforeEach(() => {
  gateway.log.length = 0;
  serveUsers(cluster);
});

const lines = () => gateway.log.map((line) => JSON.parse(line) as Line).filter(({ audit }) => audit !== undefined);

/** The next lines of the audit log, without what every line of the log has. */
async function written(count = 1): Promise<Line[]> {
  await until(() => lines().length >= count);
  return lines().map(({ time: _time, component: _component, ...line }) => line);
}

const bearer = (token = '') => ({ authorization: `Bearer ${token}` });
const refused = (rule: string, code: number) => ({ level: 'warn', outcome: 'refused', rule, code });
const FROM = '127.0.0.1';

describe('a refused request has a line with the rule', () => {
  it.each([
    ['no-credential', 401, '/k8s/api/v1/pods', {}],
    ['signature', 401, '/k8s/api/v1/pods', bearer('x.y.z')],
    ['path', 400, '/k8s/api/v1//pods', {}],
    ['no-credential', 401, '/api/v1/namespaces/ns/vms', {}],
    ['foreign-origin', 403, '/auth/logout', { origin: 'https://evil.example.com' }],
  ])('%s: %i for %s', async (rule, code, path, headers) => {
    const method = path === '/auth/logout' ? 'POST' : 'GET';
    await call(gateway.port, `${path}?token=secret`, { method, headers: { ...headers } });
    expect(await written()).toEqual([
      {
        ...refused(rule === 'signature' ? 'malformed' : rule, code),
        ...{ audit: 'refuse', from: FROM, what: { verb: method, path } },
        ...{ why: expect.any(String) as string, msg: 'refuse refused' },
      },
    ]);
  });

  it('but not where a page asks, without a credential, who is signed in or what a link allows', async () => {
    const own = { cookie: 'theme=dark; kg-jwt-session-x=1' };
    expect((await call(gateway.port, '/api/v1/session')).status).toBe(401);
    expect((await call(gateway.port, '/api/v1/session', { headers: own })).status).toBe(401);
    expect((await call(gateway.port, '/api/v1/grant?namespace=ns&vm=demo')).status).toBe(401);
    const forged = { cookie: 'kg-sign-in=forged' };
    expect((await call(gateway.port, '/api/v1/session', { headers: forged })).status).toBe(401);
    expect((await call(gateway.port, '/api/v1/session', { headers: { authorization: 'Basic eDp5' } })).status).toBe(
      401,
    );
    expect((await call(gateway.port, '/api/v1/session', { method: 'DELETE' })).status).toBe(401);
    const written = () => lines().map(({ rule, what }) => [rule, (what as { verb: string }).verb]);
    await until(() => written().length >= 3);
    expect(written()).toEqual([
      ['no-credential', 'GET'],
      ['no-credential', 'GET'],
      ['no-credential', 'DELETE'],
    ]);
  });

  it('a grant is named: outside it, revoked, on its link', async () => {
    const code = newCode();
    const linked = await cluster.grant({ vm: 'demo', 'link-hash': linkHash(code) });
    const grant = await cluster.grant();
    const who = { grant: `ns/${grant.metadata.name}` };
    await call(gateway.port, `/k8s${PODS}`, { headers: bearer(grant.status?.token) });
    expect(await written()).toMatchObject([{ ...refused('path-not-granted', 403), who, audit: 'refuse' }]);
    cluster.revoke(grant);
    cluster.revoke(linked);
    gateway.log.length = 0;
    await until(async () => (await call(gateway.port, VNC, { headers: bearer(grant.status?.token) })).status === 401);
    const headers = { 'content-type': 'application/json' };
    await call(gateway.port, '/l', { method: 'POST', headers, body: JSON.stringify({ code, redeem: true }) });
    await until(() => lines().some(({ code: status }) => status === 410));
    expect(lines()).toContainEqual(expect.objectContaining({ ...refused('revoked', 401), who }));
    expect(lines()).toContainEqual(
      expect.objectContaining({ ...refused('revoked', 410), who: { grant: `ns/${linked.metadata.name}` } }),
    );
  });

  it('an action that Kubernetes refuses has one line, with the user', async () => {
    const forbidden = failure(403, 'gatetokens is forbidden', 'Forbidden');
    serveUsers(cluster, {
      'PATCH /x': { code: 403, body: forbidden },
      'POST /gatetokens': { code: 403, body: forbidden },
    });
    const who = { user: 'ada' };
    const what = { resource: 'gatetokens', namespace: 'ns', name: 'x' };
    await asAda(gateway.port, 'POST', `${TOKENS}/x/revoke`);
    await asAda(gateway.port, 'POST', TOKENS, { vm: 'demo', name: 'x' });
    await asAda(gateway.port, 'POST', `${TOKENS}/check`, { vm: 'demo', name: 'x' });
    expect(await written(3)).toMatchObject([
      { ...refused('kubernetes', 403), audit: 'revoke', who, from: FROM, what: { verb: 'patch', ...what } },
      { ...refused('kubernetes', 403), audit: 'issue', who, what: { verb: 'create', ...what } },
      { ...refused('check', 200), audit: 'check', who, why: 'gatetokens is forbidden', what },
    ]);
    expect(lines()).toHaveLength(3);
  });

  it('a sign-in whose token the cluster does not know', async () => {
    const headers = { 'content-type': 'application/json', origin: OWN_ORIGIN };
    await call(gateway.port, '/login', { method: 'POST', headers, body: '{"token":"ended"}' });
    const [line] = await written();
    expect(line).toMatchObject({ ...refused('Unauthorized', 401), audit: 'sign-in', what: { verb: 'sign-in' } });
    expect(line).not.toHaveProperty('who');
  });

  it('a console that does not open', async () => {
    const { status } = await cluster.grant({ vm: 'absent' });
    const path = VNC.replace('/demo/', '/absent/');
    await (
      await view(gateway.port, path, bearer(status?.token))
    ).ended;
    expect(await written()).toMatchObject([{ ...refused('console', 4004), audit: 'open' }]);
  });
});

describe('what is done has one line', () => {
  it('redeem, open, close', async () => {
    const code = newCode();
    const { metadata } = await cluster.grant({ vm: 'demo', 'link-hash': linkHash(code) });
    const who = { grant: `ns/${metadata.name}` };
    const headers = { 'content-type': 'application/json' };
    const redeem = await call(gateway.port, '/l', {
      method: 'POST',
      headers,
      body: JSON.stringify({ code, redeem: true }),
    });
    const cookie = (redeem.headers['set-cookie'] ?? []).map((one) => one.split(';')[0]).join('; ');
    const viewer = await view(gateway.port, VNC, { cookie, origin: OWN_ORIGIN });
    await viewer.receives('RFB');
    viewer.socket.close();
    await viewer.ended;
    const what = { resource: 'virtualmachineinstances.subresources.kubevirt.io', subresource: 'vnc', name: 'demo' };
    const [redeemed, opened, closed] = await written(3);
    expect(redeemed).toMatchObject({ audit: 'redeem', outcome: 'allowed', who, how: 'link', 'single-use': false });
    expect(opened).toMatchObject({ audit: 'open', outcome: 'allowed', who, from: FROM, what });
    expect(closed).toMatchObject({ audit: 'close', outcome: 'ended', who, what, session: opened?.['session'] });
    for (const field of ['seconds', 'bytes-in', 'bytes-out', 'code'])
      expect(closed?.[field]).toEqual(expect.any(Number));
    expect(closed?.['bytes-out']).toBeGreaterThan(0);
  });

  it('revoke, delete, cut, VM action', async () => {
    const { name } = (await cluster.grant()).metadata;
    serveUsers(cluster, {
      'DELETE /gatesessions/s': { body: {} },
      'PUT /restart': { code: 202, body: {} },
    });
    await asAda(gateway.port, 'POST', `${TOKENS}/${name}/revoke`);
    await asAda(gateway.port, 'DELETE', `${TOKENS}/${name}`);
    await asAda(gateway.port, 'DELETE', '/namespaces/ns/gatesessions/s');
    await asAda(gateway.port, 'PUT', '/namespaces/ns/vms/demo/restart');
    const done = { level: 'info', outcome: 'allowed', who: { user: 'ada' }, from: FROM };
    expect(await written(4)).toEqual(
      [
        ['revoke', 'patch', 'gatetokens', name, 200],
        ['delete', 'delete', 'gatetokens', name, 204],
        ['cut', 'delete', 'gatesessions', 's', 204],
        ['vm-action', 'restart', 'virtualmachines', 'demo', 202],
      ].map(([audit, verb, resource, of, code]) => ({
        ...{ ...done, audit, code, msg: `${audit} allowed` },
        what: { verb, resource, namespace: 'ns', name: of },
      })),
    );
  });

  it('sign-in and sign-out', async () => {
    const headers = { 'content-type': 'application/json', origin: OWN_ORIGIN };
    await call(gateway.port, '/login', { method: 'POST', headers, body: '{"token":"ada"}' });
    const cookie = await signedIn('other');
    await call(gateway.port, '/auth/logout', { method: 'POST', headers: { cookie, origin: OWN_ORIGIN } });
    await call(gateway.port, '/auth/logout', { method: 'POST', headers: { origin: OWN_ORIGIN } });
    expect(await written(2)).toMatchObject([
      { audit: 'sign-in', outcome: 'allowed', who: { user: 'ada' }, from: FROM },
      { audit: 'sign-out', outcome: 'allowed', who: { user: 'ada' }, from: FROM },
    ]);
  });

  it('a write through /k8s with what the cluster said; another upgrade', async () => {
    const { status, metadata } = await cluster.grant({
      urls: [`${PODS}/*`, `${PODS}/x/exec`],
      verbs: ['get', 'delete'],
    });
    const who = { grant: `ns/${metadata.name}` };
    serveUsers(cluster, { 'DELETE /pods/x': { body: {} }, 'DELETE /pods/y': { code: 403, body: failure(403, 'no') } });
    for (const name of ['x', 'y']) {
      const headers = bearer(status?.token);
      await call(gateway.port, `/k8s${PODS}/${name}`, { method: 'DELETE', headers });
    }
    const viewer = await view(gateway.port, `/k8s${PODS}/x/exec?command=ls`, bearer(status?.token));
    viewer.socket.terminate();
    const pod = { resource: 'pods', namespace: 'ns', name: 'x' };
    expect(await written(3)).toMatchObject([
      { audit: 'write', outcome: 'allowed', code: 200, who, from: FROM, what: { verb: 'delete', ...pod } },
      { ...refused('kubernetes', 403), audit: 'write', who, what: { ...pod, name: 'y' } },
      { audit: 'upgrade', outcome: 'allowed', code: 101, who, what: { verb: 'get', subresource: 'exec', ...pod } },
    ]);
  });

  it('reading has none, through either door', async () => {
    const { status } = await cluster.grant({ urls: [PODS] });
    serveUsers(cluster, { 'GET /pods': { body: { items: [] } } });
    for (const method of ['GET', 'HEAD']) {
      const { status: code } = await call(gateway.port, `/k8s${PODS}`, { method, headers: bearer(status?.token) });
      expect(code).toBe(200);
    }
    await asAda(gateway.port, 'GET', TOKENS);
    await call(gateway.port, '/k8s/api/v1/nodes', { headers: bearer(status?.token) });
    expect(await written()).toMatchObject([{ audit: 'refuse' }]);
    expect(lines()).toHaveLength(1);
  });
});

it('docs/audit.md lists every event', () => {
  const events = {
    ...{ issue: 1, check: 1, revoke: 1, delete: 1, redeem: 1, open: 1, close: 1, cut: 1, 'sign-in': 1, 'sign-out': 1 },
    ...{ 'vm-action': 1, write: 1, upgrade: 1, refuse: 1, configure: 1 },
  } satisfies Record<AuditEvent['audit'], 1>;
  const docs = readFileSync(new URL('../../../docs/audit.md', import.meta.url), 'utf8');
  const table = docs.slice(docs.indexOf('| -', docs.indexOf('## Events')), docs.indexOf('## Fields'));
  expect([...table.matchAll(/^\| `([\w-]+)` /gm)].map(([, name]) => name)).toEqual(Object.keys(events));
});
