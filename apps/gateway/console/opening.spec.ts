import { type IncomingMessage, type ServerResponse } from 'node:http';
import { afterEach, describe, expect, it } from 'vitest';
import { view, type Viewer } from '../testing/clients.js';
import { json } from '../testing/fake-api.js';
import { until } from '../testing/gateway.js';
import { type Stored } from '../testing/object-store.js';
import { bearer, browser, useConsoles } from '../testing/use-consoles.js';

const { cluster, gateway, other, machine, open } = useConsoles();
const { api } = cluster;

afterEach(() => {
  api.answer = () => false;
  api.refuseUpgrade = undefined;
});

const isOf = (method: string, end: string) => (req: IncomingMessage) =>
  req.method === method && req.url?.split('?')[0]?.endsWith(end) === true;
const lease = isOf('POST', '/leases');
const record = isOf('POST', '/gatesessions');
const status = (req: IncomingMessage) => /\/gatesessions\/[^/]+\/status/.test(req.url ?? '');
const refuse = (res: ServerResponse): boolean => {
  json(res, { kind: 'Status', code: 422, reason: 'Invalid', message: 'no' }, 422);
  return true;
};

/** The API server takes such requests, and answers them when it is told to. */
function hold(matches: (req: IncomingMessage) => boolean) {
  const held: (() => void)[] = [];
  api.answer = (req, res, body) => {
    if (!matches(req)) return false;
    const resource = req.url?.split('/').at(-1) ?? '';
    held.push(() => json(res, api.objects.create(resource, JSON.parse(body) as Stored), 201));
    return true;
  };
  return {
    came: (count = 1) => until(() => held.length >= count),
    answer: () => held.splice(0).forEach((one) => one()),
  };
}

const recordsOf = (vm: string): Stored[] => api.objects.list('gatesessions').filter(({ spec }) => spec?.['vm'] === vm);
const leases = (): Stored[] => api.objects.list('leases').filter(({ metadata: { name } }) => name?.endsWith('-vnc'));
const linesOf = (vm: string): unknown[] =>
  gateway.log
    .filter((line) => line.includes('"audit"') && line.includes(`"${vm}"`))
    .map((line) => JSON.parse(line) as { audit: string; outcome: string })
    .map(({ audit, outcome }) => `${audit} ${outcome}`);

/** What is left of a console that did not open: no Lease, and no record that says it is open. */
async function nothingIsLeft(vm: string): Promise<void> {
  await until(() => leases().length === 0 && recordsOf(vm).every((one) => one.status?.['phase'] === 'Ended'));
}

/** Requests a console that someone else gets at the same moment. */
async function losing(path: string, headers: Record<string, string>, uid = ''): Promise<Viewer> {
  api.answer = (req) => {
    if (!lease(req)) return false;
    const labels = { 'kubegateway.kubevirt.io/console': 'vnc' };
    api.objects.create('leases', {
      metadata: { name: `kg-${uid}-vnc`, labels },
      spec: { holderIdentity: 'pod-2/winner' },
    });
    return false;
  };
  return view(gateway.port, path, headers);
}

describe('the Lease and the record, side by side', () => {
  it('are asked for at once where nobody is on the console', async () => {
    const { path, grant } = await machine();
    const held = hold((req) => lease(req) || record(req));
    const opening = open(path, bearer(grant));
    await held.came(2);
    expect(api.guests.some(({ url }) => url.includes(path.slice('/k8s'.length)))).toBe(false);
    held.answer();
    (await opening).socket.close();
  });

  it('are made one after the other while the watch shows a viewer: a refused one leaves no record', async () => {
    const { name, path, grant } = await machine();
    const first = await open(path, browser(grant, 'first'));
    const { uid } = api.objects.get('virtualmachineinstances', name).metadata;
    await until(() => leases().some(({ metadata }) => metadata.name === `kg-${uid}-vnc`));
    expect((await (await view(gateway.port, path, browser(grant, 'second'))).ended).code).toBe(4006);
    expect(recordsOf(name)).toHaveLength(1);
    first.socket.close();
    await nothingIsLeft(name);
  });

  it('a Lease that is refused ends the record, which never said that the console was open', async () => {
    const { name, path, grant } = await machine();
    const { uid } = api.objects.get('virtualmachineinstances', name).metadata;
    const viewer = await losing(path, bearer(grant), uid);
    const { code, reason } = await viewer.ended;
    expect(code).toBe(4006);
    await until(() => recordsOf(name)[0]?.status?.['phase'] === 'Ended');
    expect(recordsOf(name)).toHaveLength(1);
    expect(recordsOf(name)[0]?.status).toMatchObject({ reason, 'bytes-in': 0, 'bytes-out': 0 });
    expect(recordsOf(name)[0]?.status).not.toHaveProperty('started');
    expect(linesOf(name)).toEqual(['open refused']);
    expect(leases()[0]?.spec?.['holderIdentity']).toBe('pod-2/winner');
    api.objects.delete('leases', `kg-${uid}-vnc`);
  });

  it('does not leave the loser counted when another console of the grant opens meanwhile', async () => {
    const { path, grant } = await machine();
    let refused: (() => void) | undefined;
    api.answer = (req, res) => {
      if (!lease(req) || refused !== undefined) return false;
      refused = () => json(res, { kind: 'Status', code: 409, reason: 'AlreadyExists', message: 'exists' }, 409);
      return true;
    };
    const live = (): unknown => api.objects.get('gatetokens', grant.metadata.name ?? '').status?.['live'];
    const loser = await view(gateway.port, path, browser(grant, 'first'));
    await until(() => refused !== undefined && recordsOf(path.split('/').at(-2) ?? '').length === 1);
    const winner = await open(path, browser(grant, 'second'));
    await until(() => live() === 2);
    refused?.();
    expect((await loser.ended).code).toBe(4006);
    await until(() => live() === 1);
    winner.socket.close();
    await until(() => live() === 0);
  });

  it.each(['before', 'after'])('a record that is refused %s the Lease is held releases the Lease', async (when) => {
    const { name, path, grant } = await machine();
    const held = hold(lease);
    const { answer } = api;
    api.answer = (req, res, body) => (record(req) ? refuse(res) : when === 'before' && answer(req, res, body));
    const viewer = await view(gateway.port, path, bearer(grant));
    expect((await viewer.ended).code).toBe(1011);
    held.answer();
    await nothingIsLeft(name);
    expect(recordsOf(name)).toEqual([]);
    expect(linesOf(name)).toEqual(['open refused']);
  });

  it.each([
    ['the Lease', lease],
    ['the record', record],
    ['both', (req: IncomingMessage) => lease(req) || record(req)],
  ])('nothing stays of a viewer who left before the answer to %s', async (_, matches) => {
    const { name, path, grant } = await machine();
    const held = hold(matches);
    const viewer = await view(gateway.port, path, bearer(grant));
    await held.came();
    viewer.socket.close();
    await viewer.ended;
    held.answer();
    await until(() => recordsOf(name).length === 1);
    await nothingIsLeft(name);
    expect(api.guests.some(({ url }) => url.includes(`/${name}/`))).toBe(false);
    expect(linesOf(name)).toEqual(['open failed']);
  });
});

describe('the record and the dial, side by side', () => {
  it('a dial that is refused undoes both', async () => {
    const { name, path, grant } = await machine();
    api.refuseUpgrade = { code: 500, body: 'Internal' };
    expect((await (await view(gateway.port, path, bearer(grant))).ended).code).toBe(1011);
    await nothingIsLeft(name);
    expect(linesOf(name)).toEqual(['open allowed', 'close ended']);
  });

  it('a console whose record cannot say that it is open ends', async () => {
    const { name, path, grant } = await machine();
    let refused = false;
    api.answer = (req, res) => !refused && status(req) && (refused = true) && refuse(res);
    expect((await (await view(gateway.port, path, bearer(grant))).ended).code).toBe(1011);
    await nothingIsLeft(name);
    expect(linesOf(name)).toEqual(['open allowed', 'close ended']);
  });

  it('a record ends after it began, however late that is answered', async () => {
    const { name, path, grant } = await machine();
    const late: (() => void)[] = [];
    api.answer = (req, res, body) => {
      if (!status(req) || late.length > 0) return false;
      const update = (old: Stored): Stored => ({ ...old, ...(JSON.parse(body) as Stored), metadata: old.metadata });
      late.push(() => json(res, api.objects.update('gatesessions', recordsOf(name)[0]?.metadata.name ?? '', update)));
      return true;
    };
    const viewer = await open(path, bearer(grant));
    viewer.socket.close();
    await until(() => leases().length === 0);
    expect(recordsOf(name)[0]?.status).toBeUndefined();
    late.forEach((answer) => answer());
    await nothingIsLeft(name);
  });
});

it('of many who ask for one console at once, on two replicas, one gets it', async () => {
  const { name, path, grant } = await machine();
  const ports = Array.from({ length: 12 }, (_, at) => (at % 2 === 0 ? gateway.port : other.port));
  const viewers = await Promise.all(ports.map((port, at) => view(port, path, browser(grant, `b-${at}`))));
  const inIt = viewers.map((viewer) =>
    Promise.race([viewer.receives('RFB').then(() => 0), viewer.ended.then(({ code }) => code)]),
  );
  const codes = (await Promise.all(inIt)).toSorted((a, b) => a - b);
  expect(codes).toEqual([0, ...Array.from({ length: 11 }, () => 4006)]);
  expect(api.guests.filter(({ url }) => url.includes(`/${name}/`))).toHaveLength(1);
  await until(() => recordsOf(name).filter((one) => one.status?.['phase'] !== 'Ended').length === 1);
  for (const { socket } of viewers) socket.close();
  await nothingIsLeft(name);
});
