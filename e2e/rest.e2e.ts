import { afterAll, describe, expect, it } from 'vitest';
import {
  type GateTokenView,
  type GateTokenViewList,
  type LinkInfo,
  type Status,
  type Vm,
  type VmList,
} from '#libs/api';
import { cluster } from './support/cluster.js';
import { ConsoleSocket, Refused } from './support/console-socket.js';
import { bearer, consoleSocketPath, cookiesOf, gateway, issue, json, redeem } from './support/gateway.js';
import { kubectl, kubectlOk } from './support/kubectl.js';
import { until } from './support/until.js';

const base = (): string => `/api/v1/namespaces/${cluster().namespace}`;

describe('a grant over REST', () => {
  afterAll(async () => {
    await kubectl(['delete', 'gatetokens', '--all']);
  });

  it('lists the VMs of the namespace for a bearer of a Kubernetes token, and nothing without one', async () => {
    const response = await gateway(`${base()}/vms`, { headers: bearer('dev') });
    expect(response.status).toBe(200);
    const { items } = (await response.json()) as VmList;
    expect(items.map((vm) => vm.name)).toEqual(expect.arrayContaining(['demo', 'stopped']));
    expect(items.find((vm) => vm.name === 'demo')).toMatchObject({
      status: 'Running',
      consoles: { vnc: true, serial: true },
    });
    expect((await gateway(`${base()}/vms`)).status).toBe(401);
  });

  it('issues a link that opens both consoles, stores nothing usable, and is revoked within a second', async () => {
    const issued = await issue({ vm: 'demo', duration: '10m', description: 'for a test' });
    expect(issued.link).toMatch(/\/l#[\w-]{22,}$/);
    const stored = JSON.parse(await kubectlOk(['get', 'gatetoken', issued.gatetoken.name, '-o', 'json'])) as {
      status: Record<string, unknown>;
    };
    expect(stored.status['token'] ?? '').toBe('');
    expect(JSON.stringify(stored)).not.toContain(new URL(issued.link ?? '').hash.slice(1));

    const { status, cookie, body } = await redeem(issued.link ?? '');
    expect(status).toBe(200);
    expect((body as LinkInfo).location).toBe(`/console/${cluster().namespace}/demo?as=link`);
    const serial = await ConsoleSocket.open(consoleSocketPath('demo', 'console'), { cookie });
    // As scripts do: without waiting for the guest. Another test may have left a half-typed line.
    serial.send('\runame -a\r');
    const screen = await ConsoleSocket.open(consoleSocketPath('demo'), { cookie });
    await until('RFB greets', () => screen.text().startsWith('RFB 003.008\n'));
    await until('the guest answers', () => serial.text().includes('Linux demo'));

    const revoked = await gateway(`${base()}/gatetokens/${issued.gatetoken.name}/revoke`, {
      method: 'POST',
      headers: bearer('dev'),
    });
    expect(revoked.status).toBe(200);
    const started = Date.now();
    expect((await serial.closed).code).toBe(4002);
    expect((await screen.closed).code).toBe(4002);
    expect(Date.now() - started).toBeLessThan(1000);
    await expect(ConsoleSocket.open(consoleSocketPath('demo'), { cookie })).rejects.toThrow(Refused);
  });

  it('ends an open console at the end of the grant with 4001', async () => {
    const issued = await issue({ vm: 'demo', duration: '3s' });
    const { cookie } = await redeem(issued.link ?? '');
    const serial = await ConsoleSocket.open(consoleSocketPath('demo', 'console'), { cookie });
    expect((await serial.closed).code).toBe(4001);
    const late = await redeem(issued.link ?? '');
    expect(late.status).toBe(410);
  });

  it('gives a JWT instead when asked, usable as a bearer token and as a link', async () => {
    const issued = await issue({ vm: 'demo', duration: '10m' }, { token: true });
    expect(issued.link).toBeUndefined();
    const token = issued.token ?? '';
    const socket = await ConsoleSocket.open(consoleSocketPath('demo'), { authorization: `Bearer ${token}` });
    await socket.close();
    const response = await gateway(`/auth/jwt/set?token="${token}"&name=demo&namespace=${cluster().namespace}`);
    expect(response.status).toBe(302);
    expect(response.headers.get('location')).not.toContain(token);
    const opened = await ConsoleSocket.open(consoleSocketPath('demo', 'console'), { cookie: cookiesOf(response) });
    await opened.close();
  });

  it('lists and inspects grants without their tokens', async () => {
    const issued = await issue({ vm: 'demo', duration: '10m' }, { token: true });
    const list = await (await gateway(`${base()}/gatetokens`, { headers: bearer('dev') })).text();
    expect((JSON.parse(list) as GateTokenViewList).items.map((item) => item.name)).toContain(issued.gatetoken.name);
    expect(list).not.toContain(issued.token);
    const one = await gateway(`${base()}/gatetokens/${issued.gatetoken.name}`, { headers: bearer('dev') });
    expect(((await one.json()) as GateTokenView).phase).toBe('Ready');
  });

  it('starts a VM, takes its screenshot, pauses and resumes it, and stops it', async () => {
    const vm = `${base()}/vms/stopped`;
    const act = (action: string) => gateway(`${vm}/${action}`, { method: 'PUT', headers: bearer('dev') });
    const becomes = (status: string) =>
      until(`the VM is ${status}`, async () => {
        const { status: now } = (await (await gateway(vm, { headers: bearer('dev') })).json()) as Vm;
        return now === status;
      });
    const early = await gateway(`${vm}/screenshot`, { headers: bearer('dev') });
    expect(((await early.json()) as Status).message).toMatch(/^stopped is not running, or does not exist\./);
    expect(early.status).toBe(404);
    for (const [action, status] of [
      ['start', 'Running'],
      ['pause', 'Paused'],
      ['unpause', 'Running'],
    ] as const) {
      expect((await act(action)).status).toBe(202);
      await becomes(status);
    }
    const picture = await gateway(`${vm}/screenshot`, { headers: bearer('dev') });
    expect([picture.status, picture.headers.get('content-type')]).toEqual([200, 'image/png']);
    expect((await act('start')).status).toBe(409);
    expect((await act('stop')).status).toBe(202);
    await becomes('Stopped');
  });

  it('POST /auth/jwt/request answers as the original does', async () => {
    const path = consoleSocketPath('demo').replace('/k8s', '');
    const response = await gateway('/auth/jwt/request', {
      method: 'POST',
      headers: { ...bearer('dev'), ...json },
      body: JSON.stringify({ URLs: [path], duration: '5m' }),
    });
    expect(response.status).toBe(200);
    const body = (await response.json()) as Record<string, unknown>;
    expect(Object.keys(body).sort()).toEqual([
      'Duration',
      'Exp',
      'From',
      'ID',
      'NBf',
      'Token',
      'URLs',
      'Until',
      'Verbs',
    ]);
    expect(body).toMatchObject({ URLs: [path], Duration: '5m' });
    const socket = await ConsoleSocket.open(consoleSocketPath('demo'), {
      authorization: `Bearer ${String(body['Token'])}`,
    });
    await socket.close();
  });

  it.each([
    ['/auth/jwt/request', { URLs: ['/api/v1/namespaces'], duration: '2562048h' }, 'from 1s to 87600h, such as 90s'],
    ['/auth/jwt/request', { URLs: ['api/v1'] }, 'spec.urls must be API paths without a query, such as /api/v1/'],
    ['/auth/jwt/request', { URLs: ['/api'], from: '0000-01-01T00:00:00Z' }, 'such as 2030-01-31T12:00:00Z'],
    ['gatetokens', { vm: 'Demo' }, 'spec.vm must be the name of a virtual machine'],
    ['gatetokens', { vm: 'demo', duration: '2562048h' }, 'spec.duration must be a duration from 1s to 87600h'],
  ])('POST %s %j is refused in words', async (path, body, told) => {
    const response = await gateway(path.startsWith('/') ? path : `${base()}/${path}`, {
      method: 'POST',
      headers: { ...bearer('dev'), ...json },
      body: JSON.stringify(body),
    });
    const { message } = (await response.json()) as Status;
    expect(response.status).toBe(422);
    expect(message).toContain(told);
    expect(message).not.toMatch(/should match|\^/);
  });

  it('a check tells once what the schema refuses', async () => {
    const response = await gateway(`${base()}/gatetokens/check`, {
      method: 'POST',
      headers: { ...bearer('dev'), ...json },
      body: JSON.stringify({ vm: 'demo', duration: '2562048h' }),
    });
    const { problems } = (await response.json()) as { problems: string[] };
    expect(problems).toEqual([expect.stringContaining('spec.duration must be a duration from 1s to 87600h')]);
  });

  it('Kubernetes judges who may issue', async () => {
    const response = await gateway(`${base()}/gatetokens`, {
      method: 'POST',
      headers: { ...bearer('viewer'), ...json },
      body: JSON.stringify({ vm: 'demo' }),
    });
    expect(response.status).toBe(403);
    expect(((await response.json()) as Status).message).toContain('cannot create resource "gatetokens"');
  });

  it('a single-use link is redeemed by exactly one of many', async () => {
    const issued = await issue({ vm: 'demo', duration: '10m', 'single-use': true });
    const answers = await Promise.all(Array.from({ length: 6 }, async () => redeem(issued.link ?? '')));
    expect(answers.map((answer) => answer.status).sort()).toEqual([200, 410, 410, 410, 410, 410]);
  });
});
