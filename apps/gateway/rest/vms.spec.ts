import { afterEach, describe, expect, it } from 'vitest';
import { type Vm } from '#libs/api';
import { call } from '../testing/clients.js';
import { asAda, failure, serveUsers, statusOf } from '../testing/rest.js';
import { useGateway } from '../testing/use-gateway.js';

const VMS = '/namespaces/ns/vms';
const BUSY =
  "Internal error occurred: Can't connect to websocket (503): websocket: bad handshake: " +
  'application info: Active VNC connection. Request denied.\n';
const { cluster, gateway } = useGateway();

afterEach(() => {
  cluster.api.answer = () => false;
});

describe('PUT vms/VM/ACTION', () => {
  it.each([
    ['start', 'virtualmachines'],
    ['stop', 'virtualmachines'],
    ['restart', 'virtualmachines'],
    ['pause', 'virtualmachineinstances'],
    ['unpause', 'virtualmachineinstances'],
  ])('%s is asked of the %s, as the user', async (action, resource) => {
    serveUsers(cluster, { [`PUT /${action}`]: { code: 202, text: '' } });
    const reply = await asAda(gateway.port, 'PUT', `${VMS}/demo/${action}`);
    expect([reply.status, reply.body]).toEqual([202, '']);
    expect(cluster.api.forwarded.at(-1)).toMatchObject({
      url: `/apis/subresources.kubevirt.io/v1/namespaces/ns/${resource}/demo/${action}`,
      headers: { authorization: 'Bearer ada' },
    });
  });

  it('says what KubeVirt says', async () => {
    const body = failure(409, 'Operation cannot be fulfilled: VM is already running', 'Conflict');
    serveUsers(cluster, {
      'PUT /start': { code: 409, body },
      'PUT /stop': { code: 403, body: failure(403, 'ada cannot update virtualmachines/stop', 'Forbidden') },
      'PUT /pause': { code: 500, text: 'dialing virt-handler:\n connection refused\n' },
    });
    const start = await asAda(gateway.port, 'PUT', `${VMS}/demo/start`);
    expect(statusOf(start)).toMatchObject({ code: 409, reason: 'Conflict' });
    expect(statusOf(start).message).toContain('VM is already running');
    expect((await asAda(gateway.port, 'PUT', `${VMS}/demo/stop`)).status).toBe(403);
    const pause = await asAda(gateway.port, 'PUT', `${VMS}/demo/pause`);
    expect(JSON.parse(pause.body)).toMatchObject({
      kind: 'Status',
      code: 500,
      message:
        'The cluster answered with an error: dialing virt-handler: connection refused. ' +
        "Try again in a moment. If the error persists, contact the cluster's administrator.",
    });
  });

  it.each([
    [
      406,
      '406: Not Acceptable\n\nAvailable representations: ',
      502,
      /rejected the format of the gateway's request \(HTTP 406\) \(.{36}\)\. .*report it/,
    ],
    [
      415,
      '415: Unsupported Media Type',
      502,
      /rejected the format of the gateway's request \(HTTP 415\) \(.{36}\)\. .*report it/,
    ],
    [418, 'short and stout', 502, /^The cluster answered with an error: short and stout \(.{36}\)\. Try again/],
    [404, '404: Page Not Found', 404, /^The cluster answered with an error: 404: Page Not Found\. Try again/],
    [503, 'no endpoints available for service "virt-api"', 503, /no endpoints available for service "virt-api"\. Try/],
  ])('plain text under %i becomes a sentence', async (code, text, told, sentence) => {
    serveUsers(cluster, { 'PUT /start': { code, text } });
    const reply = await asAda(gateway.port, 'PUT', `${VMS}/demo/start`);
    expect(statusOf(reply)).toMatchObject({ code: told, message: expect.stringMatching(sentence) as string });
    expect(reply.status).toBe(told);
  });

  it('400, 401, 404 before the cluster is asked', async () => {
    serveUsers(cluster);
    const before = cluster.api.forwarded.length;
    expect((await asAda(gateway.port, 'PUT', `${VMS}/De_mo/start`)).status).toBe(400);
    expect((await asAda(gateway.port, 'PUT', `${VMS}/demo%2f..%2fother/start`)).status).toBe(400);
    expect((await asAda(gateway.port, 'PUT', `/namespaces/..%2fx/vms/demo/start`)).status).toBe(400);
    expect((await asAda(gateway.port, 'PUT', `${VMS}/demo/migrate`)).status).toBe(404);
    expect((await call(gateway.port, `/api/v1${VMS}/demo/start`, { method: 'PUT' })).status).toBe(401);
    expect(cluster.api.forwarded.length).toBe(before);
  });
});

describe('GET vms/VM/screenshot', () => {
  const screenshot = (headers: Record<string, string> = {}): ReturnType<typeof call> =>
    call(gateway.port, `/api/v1${VMS}/demo/screenshot`, { headers: { authorization: 'Bearer ada', ...headers } });

  it('is the picture', async () => {
    const png = '\u0089PNG as KubeVirt sends it';
    serveUsers(cluster, { 'GET /vnc/screenshot': { code: 200, text: png } });
    const reply = await screenshot();
    expect([reply.status, reply.headers['content-type'], reply.body]).toEqual([200, 'image/png', png]);
    expect(reply.headers['cache-control']).toBe('private, no-cache');
  });

  it('is not sent again while the screen shows the same', async () => {
    serveUsers(cluster, { 'GET /vnc/screenshot': { code: 200, text: 'a screen' } });
    const { etag = '' } = (await screenshot()).headers;
    const again = await screenshot({ 'if-none-match': etag });
    expect([again.status, again.body, again.headers.etag]).toEqual([304, '', etag]);
    expect(again.headers['cache-control']).toBe('private, no-cache');
    serveUsers(cluster, { 'GET /vnc/screenshot': { code: 200, text: 'another screen' } });
    const changed = await screenshot({ 'if-none-match': etag });
    expect([changed.status, changed.body]).toEqual([200, 'another screen']);
    serveUsers(cluster, { 'GET /vnc/screenshot': { text: BUSY } });
    const refused = await screenshot({ 'if-none-match': etag });
    expect([refused.status, refused.headers['cache-control'], refused.headers.etag]).toEqual([
      409,
      'no-store',
      undefined,
    ]);
  });

  it('409 while someone is on the screen', async () => {
    for (const canned of [{ text: BUSY }, { code: 500, body: failure(500, BUSY.trim(), 'InternalError') }]) {
      serveUsers(cluster, { 'GET /vnc/screenshot': canned });
      const reply = await screenshot();
      expect(JSON.parse(reply.body)).toMatchObject({
        kind: 'Status',
        code: 409,
        reason: 'Conflict',
        message:
          'Someone is connected to the screen of demo, so no screenshot can be taken. Try again after they close it.',
      });
      expect(reply.status).toBe(409);
    }
  });

  it.each([
    ['\n', 'HTTP 500'],
    ['<html><head><title>x</title></head><body><h1>Bad\n gateway</h1></body></html>', 'x Bad gateway'],
    [`long ${'x'.repeat(2000)}`, `long ${'x'.repeat(495)}`],
  ])('the plain text %j of KubeVirt becomes a sentence in a Status', async (text, why) => {
    serveUsers(cluster, { 'GET /vnc/screenshot': { text } });
    const reply = await screenshot();
    expect(reply.headers['content-type']).toMatch(/^application\/json/);
    const message =
      `The cluster answered with an error: ${why}. ` +
      "Try again in a moment. If the error persists, contact the cluster's administrator.";
    expect(JSON.parse(reply.body)).toMatchObject({ kind: 'Status', code: 500, reason: 'InternalError', message });
  });
});

describe('GET vms', () => {
  it('lists all and gets one, with the rights of the user', async () => {
    serveUsers(cluster, { 'GET /gatesessions': { code: 403, body: failure(403, 'no') } });
    const list = await asAda(gateway.port, 'GET', VMS);
    const one = await asAda(gateway.port, 'GET', `${VMS}/demo`);
    expect((JSON.parse(list.body) as { items: Vm[] }).items.map(({ name }) => name)).toEqual(['demo']);
    expect(JSON.parse(one.body)).toMatchObject({ name: 'demo', status: 'Running', viewers: [], may: { start: true } });
    expect((await asAda(gateway.port, 'GET', `${VMS}/missing`)).status).toBe(404);
    const asked = cluster.api.seen.filter(({ url }) => url.includes('/virtualmachines'));
    expect(new Set(asked.slice(-3).map(({ headers }) => headers.authorization))).toEqual(new Set(['Bearer ada']));
  });

  const NO = { code: 403, body: failure(403, 'no', 'Forbidden') };
  const lack = (verb: string, resource: string): object => ({ verb, resource });
  const LIST = '/virtualmachineinstances';
  const GET = '/virtualmachineinstances/demo';
  const SESSIONS = '/gatesessions';
  it.each([
    ['the list, nothing refused', VMS, [], []],
    ['the list', VMS, [LIST], [lack('list', 'virtualmachineinstances')]],
    ['the list', VMS, [GET], []],
    ['the list', VMS, [SESSIONS], [lack('list', 'gatesessions')]],
    ['the list', VMS, [LIST, SESSIONS], [lack('list', 'virtualmachineinstances'), lack('list', 'gatesessions')]],
    ['one VM, nothing refused', `${VMS}/demo`, [], []],
    ['one VM', `${VMS}/demo`, [GET], [lack('get', 'virtualmachineinstances')]],
    ['one VM', `${VMS}/demo`, [LIST], []],
    ['one VM', `${VMS}/demo`, [SESSIONS], [lack('list', 'gatesessions')]],
    ['one VM', `${VMS}/demo`, [GET, SESSIONS], [lack('get', 'virtualmachineinstances'), lack('list', 'gatesessions')]],
  ])('%s %s tells of what is unknown because %j is refused: %j', async (_what, path, refused, lacks) => {
    serveUsers(cluster, Object.fromEntries(refused.map((end) => [`GET ${end}`, NO])));
    const body = JSON.parse((await asAda(gateway.port, 'GET', path)).body) as Vm & { items?: Vm[] };
    const vm = body.items?.[0] ?? body;
    expect(vm).toMatchObject({ name: 'demo', status: 'Running', viewers: [], lacks });
    // What the VM says of itself is known without its instance.
    expect(vm.consoles).toEqual({ vnc: true, serial: true });
  });

  it.each([
    ['list VMs', VMS, '/virtualmachines'],
    ['get a VM', `${VMS}/demo`, '/virtualmachines/demo'],
  ])('403 for users who may not %s', async (_what, path, end) => {
    serveUsers(cluster, { [`GET ${end}`]: NO });
    expect((await asAda(gateway.port, 'GET', path)).status).toBe(403);
  });

  it('a fault of the gateway itself is opaque and can be found in the log', async () => {
    serveUsers(cluster, { 'GET /virtualmachines': { code: 200, body: { items: [{ metadata: {}, spec: null }] } } });
    const reply = await asAda(gateway.port, 'GET', VMS);
    expect(reply.status).toBe(500);
    const { message } = JSON.parse(reply.body) as { message: string };
    const id = /\(([0-9a-f-]{36})\)/.exec(message)?.[1] ?? 'no id';
    expect(message).toBe(`Internal gateway error (${id}). Search the gateway's log for this ID.`);
    expect(gateway.log.some((line) => line.includes(id) && line.includes('TypeError'))).toBe(true);
  });

  it('502 where the cluster lists what is no object', async () => {
    serveUsers(cluster, { 'GET /virtualmachines': { code: 200, body: { items: [{ metadata: null }] } } });
    const { code, message } = statusOf(await asAda(gateway.port, 'GET', VMS));
    expect(code).toBe(502);
    expect(message).toMatch(/^The Kubernetes API's response could not be read \([0-9a-f-]{36}\)\. Try again/);
  });

  it('502 where the cluster cuts the connection', async () => {
    cluster.api.answer = (req) => {
      req.socket.destroy();
      return true;
    };
    const reply = await asAda(gateway.port, 'GET', `${VMS}/demo/screenshot`);
    expect(statusOf(reply).code).toBe(502);
    const id =
      /^The Kubernetes API did not respond \(([0-9a-f-]{36})\)\. Try/.exec(statusOf(reply).message)?.[1] ?? 'no ID';
    expect(gateway.log.filter((line) => line.includes(id))).toEqual([expect.stringContaining('"err"')]);
  });
});
