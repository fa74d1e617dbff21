import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type GateToken } from '#libs/api';
import { RECORDED, recorded, type StateName, states } from '#libs/kubevirt/testing';
import { call, view } from '../testing/clients.js';
import { until, VNC } from '../testing/gateway.js';
import { type Stored } from '../testing/object-store.js';
import { asAda, serveUsers, statusOf } from '../testing/rest.js';
import { useGateway } from '../testing/use-gateway.js';
import { UpstreamRefused } from './tunnel.js';
import { refusedEnd } from './ends.js';

/** The gateway in front of a virt-api that answers as the recorded one did, for VMs in each of its states. */
const { cluster, gateway } = useGateway();
const grants = {} as Record<StateName, GateToken>;
const NAMES = Object.keys(states('ns')) as StateName[];
const bearer = (name: StateName) => ({ authorization: `Bearer ${grants[name].status?.token ?? ''}` });

beforeAll(async () => {
  for (const [name, { vm, vmi }] of Object.entries(states('ns'))) {
    if (vm) cluster.api.objects.create('virtualmachines', vm as unknown as Stored);
    if (vmi) cluster.api.objects.create('virtualmachineinstances', vmi as unknown as Stored);
    grants[name as StateName] = await cluster.grant({ vm: name });
  }
  for (const name of NAMES) await until(async () => (await grantOf(name)).status === 200);
});
afterEach(() => {
  cluster.api.answer = () => false;
  cluster.api.refuseUpgrade = undefined;
});

const grantOf = (name: StateName) =>
  call(gateway.port, `/api/v1/grant?namespace=ns&vm=${name}`, { headers: bearer(name) });

/** Has the cluster answer this subresource as virt-api did. */
function answers(name: StateName, method: 'GET' | 'PUT', subresource: string): void {
  const { status = 200, body = '' } = recorded(name, method, subresource) ?? {};
  const canned = typeof body === 'string' ? { code: status, text: body } : { code: status, body: statusBody(body) };
  serveUsers(cluster, { [`${method} /${name}/${subresource}`]: canned });
}

const statusBody = (body: object): object => ({ kind: 'Status', apiVersion: 'v1', status: 'Failure', ...body });

describe('a screenshot', () => {
  it.each<[StateName, number, string]>([
    ['halted', 404, 'halted is not running, or does not exist. Start it, or check its name.'],
    ['starting', 409, 'starting is not running, so no screenshot can be taken. Try again when it is running.'],
    ['failed', 409, 'failed is not running, so no screenshot can be taken. Try again when it is running.'],
    ['blind', 404, 'blind has no graphics device, so no screenshot can be taken. Use its serial console.'],
    ['nobody', 404, 'nobody is not running, or does not exist. Start it, or check its name.'],
  ])('of %s: %i', async (name, code, message) => {
    answers(name, 'GET', 'vnc/screenshot');
    const reply = await asAda(gateway.port, 'GET', `/namespaces/ns/vms/${name}/screenshot`);
    expect([reply.status, statusOf(reply).message]).toEqual([code, message]);
  });
});

describe('an action', () => {
  const actions = RECORDED.filter(
    ({ path, accept, body_sent: body }) =>
      /\/(start|stop|restart|pause|unpause)$/.test(path) && accept === '*/*' && body,
  ).map((one) => ({ ...one, action: one.path.split('/').at(-1) ?? '' }));

  it.each(actions)('$action of $vm', async ({ vm, action, answer: { status, body } }) => {
    answers(vm, 'PUT', action);
    const reply = await asAda(gateway.port, 'PUT', `/namespaces/ns/vms/${vm}/${action}`);
    expect(reply.status).toBe(status);
    if (typeof body !== 'string') expect(statusOf(reply)).toMatchObject(body);
  });
});

describe('a console', () => {
  const OPEN = { code: 0, reason: '' };

  async function end(name: StateName, subresource: 'vnc' | 'console') {
    const { status = 101, body = '' } = recorded(name, 'GET', subresource) ?? {};
    const text = typeof body === 'string' ? body : JSON.stringify(statusBody(body));
    if (status !== 101) cluster.api.refuseUpgrade = { code: status, body: text };
    const path = VNC.replace('/demo/vnc', `/${name}/${subresource}`);
    const viewer = await view(gateway.port, path, bearer(name), ['plain.kubevirt.io']);
    const ended = await Promise.race([viewer.ended, viewer.receives('RFB').then(() => OPEN)]);
    viewer.socket.close();
    return ended;
  }

  it.each<[StateName, 'vnc' | 'console', number, string]>([
    ['run', 'vnc', 0, ''],
    ['run', 'console', 0, ''],
    ['paused', 'vnc', 0, ''],
    ['paused', 'console', 0, ''],
    ['halted', 'vnc', 4004, 'halted is not running (Stopped).'],
    ['halted', 'console', 4004, 'halted is not running (Stopped).'],
    ['starting', 'vnc', 4004, 'starting is starting.'],
    ['starting', 'console', 4004, 'starting is starting.'],
    ['failed', 'vnc', 4004, 'failed is not running (Stopped).'],
    ['failed', 'console', 4004, 'failed is not running (Stopped).'],
    ['blind', 'vnc', 1011, 'No graphics devices are present.'],
    ['blind', 'console', 0, ''],
    ['mute', 'vnc', 0, ''],
    ['mute', 'console', 1011, 'No serial consoles are present.'],
    ['nobody', 'vnc', 4004, 'nobody does not exist.'],
    ['nobody', 'console', 4004, 'nobody does not exist.'],
  ])('%s, %s', async (name, subresource, code, reason) => {
    expect(await end(name, subresource)).toEqual({ code, reason });
  });
});

describe('a console of a machine that changed a moment ago: virt-api says it first', () => {
  it.each<[StateName, 'vnc' | 'console', number, string]>([
    ['halted', 'vnc', 4004, 'demo is not running.'],
    ['starting', 'console', 4004, 'The console of demo cannot be opened: VMI is not running'],
    ['failed', 'vnc', 4004, 'The console of demo cannot be opened: VMI is not running'],
    ['failed', 'console', 4004, 'The console of demo cannot be opened: VMI is in failed status'],
    ['nobody', 'vnc', 4004, 'demo is not running.'],
  ])('%s, %s', (name, subresource, code, reason) => {
    const { status = 101, body = '' } = recorded(name, 'GET', subresource) ?? {};
    const message = typeof body === 'string' ? body : body.message;
    expect(refusedEnd(new UpstreamRefused(status, message), 'demo')).toEqual({ code, reason });
  });

  it.each(['', '\n'])('4006 when someone who did not come through the gateway is on the screen', (end) => {
    const message =
      "Internal error occurred: Can't connect to websocket (503): websocket: bad handshake: " +
      `application info: Active VNC connection. Request denied.${end}`;
    expect(refusedEnd(new UpstreamRefused(500, message), 'demo').code).toBe(4006);
  });
});

describe('the close code and reason that the page gets', () => {
  const both = { vnc: true, serial: true };
  it.each<[StateName, string, object]>([
    ['run', 'Running', both],
    ['paused', 'Paused', both],
    ['halted', 'Stopped', both],
    ['starting', 'Starting', both],
    ['failed', 'Stopped', both],
    ['blind', 'Running', { vnc: false, serial: true }],
    ['mute', 'Running', { vnc: true, serial: false }],
    ['nobody', 'NotFound', { vnc: false, serial: false }],
  ])('%s is %s', async (name, status, has) => {
    expect(JSON.parse((await grantOf(name)).body)).toMatchObject({ 'vm-status': status, has });
  });
});
