import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { serialPath, type Domain, subresourcePath, type Phase, type VirtualMachine, vncPath } from '#libs/kubevirt';
import { makeCa, makeCertificate, type PemPair } from '#libs/pki';
import { until } from '../../../../e2e/support/until.js';
import { opened, VncViewer } from '../../../../e2e/support/vnc.js';
import { type Answer, REMOTE, VirtApi } from './testing/virt-api.js';

const machinePath = (namespace: string, vm: string, action: string): string =>
  subresourcePath(namespace, vm, 'pause')
    .replace('virtualmachineinstances', 'virtualmachines')
    .replace(/pause$/, action);

let virtApi: VirtApi;
let stranger: PemPair;
let otherName: PemPair;

beforeAll(async () => {
  virtApi = await VirtApi.start();
  otherName = await makeCertificate(virtApi.frontProxy, { cn: 'another-client', usages: ['client'] });
  stranger = await makeCertificate(await makeCa({ cn: 'other' }), { cn: 'front-proxy-client', usages: ['client'] });
});

afterAll(() => virtApi.close());

/** A VM `demo` and its instance in this phase; a machine behind it where it runs. */
function given(phase: Phase | undefined, spec: Partial<VirtualMachine['spec']> = {}, domain: Domain = {}) {
  const metadata = { name: 'demo', namespace: 'ns' };
  const vm = { metadata: { ...metadata, uid: 'vm-1' }, spec: { template: { spec: { domain } }, ...spec } };
  if (phase === undefined) return virtApi.given({ vm });
  return virtApi.given({ vm, vmi: { metadata: { ...metadata, uid: 'vmi-1' }, spec: { domain }, status: { phase } } });
}

const ask: VirtApi['ask'] = (...request) => virtApi.ask(...request);
const message = ({ body }: Answer): unknown => (JSON.parse(body.toString()) as { message?: unknown }).message;
const socketOptions = () => ({ ...virtApi.apiServer, ca: virtApi.ca.cert, headers: REMOTE });
const view = (query = '', protocols = ['plain.kubevirt.io']): Promise<VncViewer> =>
  VncViewer.connect(`wss://${virtApi.origin}${vncPath('ns', 'demo')}${query}`, { ...socketOptions(), protocols });

describe('who may ask', () => {
  beforeEach(() => given('Running'));
  const pause = subresourcePath('ns', 'demo', 'pause');

  it('believes X-Remote-User from the API server alone', async () => {
    expect((await ask('PUT', pause, {})).code).toBe(401);
    expect((await ask('PUT', pause, stranger)).code).toBe(401);
    expect((await ask('PUT', pause, otherName)).code).toBe(401);
    expect((await ask('PUT', pause, virtApi.apiServer, {})).code).toBe(401);
    expect(virtApi.machines.get('vmi-1')?.paused).toBe(false);
    expect((await ask('PUT', pause)).code).toBe(200);
  });

  it('refuses an upgrade in the same way', async () => {
    const url = `wss://${virtApi.origin}${vncPath('ns', 'demo')}`;
    await expect(opened(new WebSocket(url, { ca: virtApi.ca.cert, headers: REMOTE }))).rejects.toThrow('HTTP 401');
    await expect(opened(new WebSocket(url, { ...socketOptions(), ...stranger }))).rejects.toThrow('HTTP 401');
  });

  it('shows discovery to everybody', async () => {
    for (const version of ['v1', 'v1alpha3']) {
      const { code, body } = await ask('GET', `/apis/subresources.kubevirt.io/${version}?timeout=32s`, {}, {});
      const list = JSON.parse(body.toString()) as { kind: string; resources: { name: string }[] };
      expect([code, list.kind]).toEqual([200, 'APIResourceList']);
      const names = list.resources.map(({ name }) => name);
      expect(names).toContain('virtualmachineinstances/vnc');
      expect(names).toContain('virtualmachines/start');
      expect(names).not.toContain('virtualmachineinstances');
    }
  });
});

describe('vnc', () => {
  beforeEach(() => given('Running'));

  it('shows the screen and takes keys: what is typed is answered', async () => {
    const viewer = await view();
    expect(viewer.socket.protocol).toBe('plain.kubevirt.io');
    await viewer.shows('guest@demo:~$');
    expect(viewer.lines().join('\n')).not.toContain('hi there');
    viewer.type('echo hi there\n');
    await until('the answer', () => viewer.lines().includes('hi there'));
    await viewer.close();
  });

  it('answers no subprotocol but its own', async () => {
    const viewer = await view('', []);
    expect(viewer.socket.protocol).toBe('');
    await viewer.close();
    await expect(view('', ['binary'])).rejects.toThrow('Server sent no subprotocol');
  });

  it('has one viewer: a new one ends the old without a word', async () => {
    const first = await view();
    const second = await view();
    expect(await first.closed).toEqual({ code: 1006, reason: '' });
    second.type('echo still here\n');
    await second.shows('still here');
    await second.close();
  });

  it('even a GET that is not an upgrade ends the old one', async () => {
    const viewer = await view();
    expect((await ask('GET', vncPath('ns', 'demo'))).code).toBe(400);
    expect((await viewer.closed).code).toBe(1006);
  });

  it('preserveSession keeps the current viewer, and connects when there is none', async () => {
    const first = await view('?preserveSession=true');
    await expect(view('?preserveSession=true')).rejects.toThrow(/HTTP 500: .*Active VNC connection. Request denied."/);
    expect(message(await ask('GET', `${vncPath('ns', 'demo')}?preserveSession=true`))).toMatch(/Request denied\.$/);
    expect(first.socket.readyState).toBe(WebSocket.OPEN);
    await first.close();
    const second = await view('?preserveSession=true');
    await second.close();
  });

  it('cuts a viewer that sends text', async () => {
    const viewer = await view();
    viewer.socket.send('hello');
    expect((await viewer.closed).code).toBe(1007);
  });

  it('ends when the machine does', async () => {
    const viewer = await view();
    await viewer.shows('guest@demo:~$');
    viewer.type('poweroff\n');
    expect((await viewer.closed).code).toBe(1006);
  });

  it.each<[string, Phase | undefined, Domain, number, string]>([
    ['without an instance', undefined, {}, 404, 'virtualmachineinstance.kubevirt.io "demo" not found'],
    ['while it starts', 'Scheduling', {}, 400, 'VMI is not running'],
    [
      'without graphics',
      'Running',
      { devices: { autoattachGraphicsDevice: false } },
      400,
      'No graphics devices are present.',
    ],
  ])('refuses %s', async (_, phase, domain, code, text) => {
    await given(phase, {}, domain);
    const answer = await ask('GET', vncPath('ns', 'demo', 'v1alpha3'));
    expect([answer.code, message(answer)]).toEqual([code, text]);
    await expect(view()).rejects.toThrow(`HTTP ${code}`);
  });
});

describe('vnc/screenshot', () => {
  it('is a PNG', async () => {
    await given('Running');
    const { code, type, body } = await ask('GET', subresourcePath('ns', 'demo', 'vnc/screenshot'));
    expect([code, type, body.subarray(1, 4).toString()]).toEqual([200, 'image/png', 'PNG']);
  });

  it('fails with 500 in plain text', async () => {
    await given(undefined);
    expect(await ask('GET', subresourcePath('ns', 'demo', 'vnc/screenshot'))).toMatchObject({
      code: 500,
      type: 'text/plain; charset=utf-8',
    });
  });

  it('is taken while someone is on the screen, who stays', async () => {
    await given('Running');
    const viewer = await view();
    expect((await ask('GET', subresourcePath('ns', 'demo', 'vnc/screenshot'))).code).toBe(200);
    expect(viewer.socket.readyState).toBe(viewer.socket.OPEN);
    await viewer.close();
  });
});

describe('console', () => {
  it('carries bytes both ways', async () => {
    await given('Running');
    const socket = new WebSocket(
      `wss://${virtApi.origin}${serialPath('ns', 'demo')}`,
      ['plain.kubevirt.io'],
      socketOptions(),
    );
    let text = '';
    socket.on('message', (data: Buffer) => (text += data.toString()));
    await opened(socket);
    await until('the prompt', () => text.includes('guest@demo'));
    socket.send(Buffer.from('hostname\r'));
    await until('the answer', () => text.includes('\r\ndemo\r\n'));
    const closed = new Promise((resolve) => socket.on('close', resolve));
    socket.close();
    await closed;
  });

  it.each<[Phase, Domain, number, string]>([
    ['Pending', {}, 400, 'VMI is not running'],
    ['Failed', {}, 409, 'VMI is in failed status'],
    ['Running', { devices: { autoattachSerialConsole: false } }, 400, 'No serial consoles are present.'],
  ])('refuses: %s', async (phase, domain, code, text) => {
    await given(phase, {}, domain);
    const answer = await ask('GET', serialPath('ns', 'demo'));
    expect(answer.code).toBe(code);
    expect(message(answer)).toContain(text);
  });
});

describe('streams that this machine does not have', () => {
  it.each([['nonsense', 404, 'the server could not find the requested resource']])('%s', async (name, code, text) => {
    await given('Running');
    const answer = await ask('GET', vncPath('ns', 'demo').replace(/vnc$/, name));
    expect([answer.code, message(answer)]).toEqual([code, text]);
  });
});

describe('start, stop, restart', () => {
  const STOP = { action: 'Stop', uid: 'vmi-1' };
  type Spec = Partial<VirtualMachine['spec']>;

  it.each<['start' | 'stop' | 'restart', Phase | undefined, Spec, object]>([
    ['start', undefined, { running: false }, { spec: { running: true } }],
    ['start', undefined, { runStrategy: 'Halted' }, { spec: { runStrategy: 'Always' } }],
    ['start', undefined, { runStrategy: 'Manual' }, { status: { stateChangeRequests: [{ action: 'Start' }] } }],
    ['start', 'Succeeded', { runStrategy: 'Manual' }, { status: { stateChangeRequests: [STOP, { action: 'Start' }] } }],
    ['stop', 'Running', { running: true }, { spec: { running: false } }],
    ['stop', 'Running', { runStrategy: 'Always' }, { spec: { runStrategy: 'Halted' } }],
    ['stop', 'Running', { runStrategy: 'Manual' }, { status: { stateChangeRequests: [STOP] } }],
    ['restart', 'Running', { running: true }, { status: { stateChangeRequests: [STOP, { action: 'Start' }] } }],
  ])('%s (%s, %o)', async (action, phase, spec, patch) => {
    await given(phase, spec);
    const { code, body } = await ask('PUT', machinePath('ns', 'demo', action));
    expect([code, body.length]).toEqual([202, 0]);
    expect(virtApi.api.patches).toMatchObject([patch]);
  });

  it.each<['start' | 'stop' | 'restart', Phase | undefined, Spec, number, string]>([
    ['start', 'Running', { running: true }, 409, 'VM is already running'],
    ['start', undefined, { runStrategy: 'Once' }, 409, 'Once does not support manual start requests'],
    ['stop', undefined, { running: false }, 409, 'VM is not running'],
    ['stop', undefined, { runStrategy: 'Manual' }, 409, 'VM is not running'],
    ['restart', undefined, { running: false }, 409, 'RunStategy Halted does not support manual restart requests'],
    ['restart', undefined, { running: true }, 409, 'VM is not running: Halted'],
  ])('%s is refused (%s, %o)', async (action, phase, spec, code, text) => {
    await given(phase, spec);
    const answer = await ask('PUT', machinePath('ns', 'demo', action));
    expect(answer.code).toBe(code);
    expect(String(message(answer))).toMatch(new RegExp(`: ${text}$`));
    expect(virtApi.api.patches).toEqual([]);
  });

  it('404 for an absent VM, 400 for a broken body, 405 for another method', async () => {
    await given('Running');
    expect(message(await ask('PUT', machinePath('ns', 'nobody', 'start')))).toBe(
      'virtualmachine.kubevirt.io "nobody" not found',
    );
    expect((await ask('PUT', machinePath('ns', 'demo', 'stop'), virtApi.apiServer, REMOTE, '{')).code).toBe(400);
    expect((await ask('DELETE', machinePath('ns', 'demo', 'stop'))).code).toBe(405);
  });
});

describe('actions on a running machine', () => {
  const put = (action: 'pause' | 'unpause' | 'reset' | 'softreboot' | 'freeze'): Promise<Answer> =>
    ask('PUT', subresourcePath('ns', 'demo', action));

  it('pause and unpause it, once each', async () => {
    await given('Running');
    expect(message(await put('unpause'))).toMatch(/: VMI is not paused$/);
    expect(await put('pause')).toMatchObject({ code: 200, body: Buffer.alloc(0) });
    expect(virtApi.machines.get('vmi-1')?.paused).toBe(true);
    const again = await put('pause');
    expect([again.code, message(again)]).toEqual([
      409,
      'Operation cannot be fulfilled on virtualmachineinstance.kubevirt.io "demo": VMI is already paused',
    ]);
    expect((await put('unpause')).code).toBe(200);
    expect((await put('softreboot')).code).toBe(200);
    expect((await put('reset')).code).toBe(200);
    expect((await put('freeze')).code).toBe(500);
  });

  it('are refused while it does not run', async () => {
    await given('Scheduling');
    expect((await put('pause')).code).toBe(409);
    expect((await put('softreboot')).code).toBe(409);
    expect((await put('reset')).code).toBe(500);
  });

  it('an agent is not there: 500 in plain text', async () => {
    await given('Running');
    const { code, type, body } = await ask('GET', subresourcePath('ns', 'demo', 'guestosinfo'));
    expect([code, type]).toEqual([500, 'text/plain; charset=utf-8']);
    expect(body.toString()).toMatch(/VMI does not have guest agent connected$/);
  });
});
