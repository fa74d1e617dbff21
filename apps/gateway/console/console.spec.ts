import { describe, expect, it } from 'vitest';
import { type GrantInfo } from '#libs/api';
import { json } from '../testing/fake-api.js';
import { call, view } from '../testing/clients.js';
import { SERIAL, startGateway, until } from '../testing/gateway.js';
import { bearer, browser, useConsoles } from '../testing/use-consoles.js';

const { cluster, gateway, other, machine, open } = useConsoles({ MAX_CONSOLES: '4' });

describe('ends', () => {
  it('4001 when the grant expires', async () => {
    const exp = Math.floor(Date.now() / 1000) + 2;
    const { path, grant } = await machine({}, { exp });
    const viewer = await open(path, bearer(grant));
    expect(await viewer.ended).toEqual({ code: 4001, reason: 'The link has expired.' });
    expect(Date.now() / 1000).toBeLessThan(exp + 1);
  });

  it('4002 when it is revoked, and when it is deleted, on any replica', async () => {
    const one = await machine();
    const first = await open(one.path, bearer(one.grant), other.port);
    cluster.revoke(one.grant);
    expect((await first.ended).code).toBe(4002);
    const two = await machine();
    const second = await open(two.path, bearer(two.grant));
    cluster.api.objects.delete('gatetokens', two.grant.metadata.name ?? '');
    expect((await second.ended).code).toBe(4002);
  });

  it('4003 when its record is deleted', async () => {
    const { name, path, grant } = await machine();
    const viewer = await open(path, bearer(grant));
    const session = cluster.api.objects.list('gatesessions').find(({ spec }) => spec?.['vm'] === name);
    cluster.api.objects.delete('gatesessions', session?.metadata.name ?? '');
    expect((await viewer.ended).code).toBe(4003);
  });

  it('4002 and 4003 when it, or its record, is deleted and a finalizer holds it', async () => {
    const finalizers = ['example.com/keep'];
    const held = (resource: string, name: string) =>
      cluster.api.objects.update(resource, name, (old) => ({ ...old, metadata: { ...old.metadata, finalizers } }));
    const one = await machine();
    const { name: token = '' } = one.grant.metadata;
    held('gatetokens', token);
    const first = await open(one.path, bearer(one.grant));
    cluster.api.objects.delete('gatetokens', token);
    expect((await first.ended).code).toBe(4002);
    await expect(view(gateway.port, one.path, bearer(one.grant))).rejects.toMatchObject({ status: 401 });

    const two = await machine();
    const second = await open(two.path, bearer(two.grant));
    const session = cluster.api.objects.list('gatesessions').find(({ spec }) => spec?.['vm'] === two.name);
    const { name: record = '' } = session?.metadata ?? {};
    held('gatesessions', record);
    cluster.api.objects.delete('gatesessions', record);
    expect((await second.ended).code).toBe(4003);
  });

  it('4004 when the machine stops, even where its console is cut first', async () => {
    const { name, path, grant } = await machine();
    const viewer = await open(path, bearer(grant));
    cluster.api.guests.find(({ url }) => url.includes(`/${name}/`))?.socket.terminate();
    cluster.stopVm(name);
    expect(await viewer.ended).toMatchObject({
      code: 4004,
      reason: expect.stringMatching(/is not running|is stopping/) as string,
    });
  });

  it('4004 for a machine that is stopped or missing: the handshake is answered, the reason told', async () => {
    const { name, path, grant } = await machine();
    cluster.stopVm(name);
    await until(async () => {
      const viewer = await view(gateway.port, path, bearer(grant));
      return (await viewer.ended).reason.includes('is not running (Stopped)');
    });
    cluster.api.objects.delete('virtualmachines', name);
    await until(
      async () => (await (await view(gateway.port, path, bearer(grant))).ended).reason === `${name} does not exist.`,
    );
  });

  it('1011 when the cluster refuses or loses it', async () => {
    const { name, path, grant } = await machine();
    cluster.api.refuseUpgrade = { code: 500, body: 'Internal' };
    expect((await (await view(gateway.port, path, bearer(grant))).ended).code).toBe(1011);
    cluster.api.refuseUpgrade = { code: 400, body: '{"kind":"Status","message":"No graphics devices are present."}' };
    const graphics = { code: 1011, reason: 'No graphics devices are present.' };
    expect(await (await view(gateway.port, path, bearer(grant))).ended).toEqual(graphics);
    cluster.api.refuseUpgrade = { code: 400, body: '{"kind":"Status","message":"No serial consoles are present."}' };
    const serial = { code: 1011, reason: 'No serial consoles are present.' };
    expect(await (await view(gateway.port, path.replace(/vnc$/, 'console'), bearer(grant))).ended).toEqual(serial);
    cluster.api.refuseUpgrade = { code: 400, body: '{"kind":"Status","message":"VMI is not running"}' };
    expect(await (await view(gateway.port, path, bearer(grant))).ended).toMatchObject({ code: 4004 });
    cluster.api.refuseUpgrade = undefined;
    const viewer = await open(path, bearer(grant));
    cluster.api.guests.find(({ url }) => url.includes(`/${name}/`))?.socket.terminate();
    expect((await viewer.ended).code).toBe(1011);
  });

  it.each([
    [422, 1011, /refused.*422 Invalid/],
    [403, 1011, /refused.*403 Forbidden/],
    [500, 1013, /lost contact/],
    [0, 1013, /lost contact/],
  ])('what the cluster says of the record, %i, is %i', async (said, code, reason) => {
    const { path, grant } = await machine();
    const reasons: Record<number, string> = { 422: 'Invalid', 403: 'Forbidden' };
    cluster.api.answer = (req, res) => {
      if (req.method !== 'POST' || !req.url?.endsWith('/gatesessions')) return false;
      if (said === 0) req.socket.destroy();
      else json(res, { kind: 'Status', code: said, reason: reasons[said] ?? 'InternalError', message: 'no' }, said);
      return true;
    };
    const ended = await (await view(gateway.port, path, bearer(grant))).ended;
    cluster.api.answer = () => false;
    expect(ended).toEqual({ code, reason: expect.stringMatching(reason) as string });
  });

  it('tells a guest which consoles the machine has', async () => {
    cluster.startVm('headless', { autoattachGraphicsDevice: false });
    const grant = await cluster.grant({ vm: 'headless' });
    const url = '/api/v1/grant?namespace=ns&vm=headless';
    const ask = async () => JSON.parse((await call(gateway.port, url, { headers: bearer(grant) })).body) as GrantInfo;
    await until(async () => (await ask())['vm-status'] === 'Running');
    expect(await ask()).toMatchObject({ consoles: { vnc: true, serial: true }, has: { vnc: false, serial: true } });
  });

  it('1008 when a view-only link sends what its filter does not know, 1009 when a message is too large', async () => {
    const watching = await machine({ 'view-only': true });
    const guest = await open(watching.path, bearer(watching.grant));
    guest.socket.send(Buffer.from('not RFB at all'));
    expect((await guest.ended).code).toBe(1008);
    const { name, path, grant } = await machine();
    const viewer = await open(path, bearer(grant));
    viewer.socket.send(Buffer.alloc(1024 * 1024 + 1));
    expect((await viewer.ended).code).toBe(1009);
    const record = () => cluster.api.objects.list('gatesessions').find(({ spec }) => spec?.['vm'] === name);
    await until(() => record()?.status?.['phase'] === 'Ended');
    expect(record()?.status?.['reason']).toBe('The client sent a message of more than 1 MiB.');
  });

  it('1013 when the replica is full', async () => {
    const { path, grant } = await machine();
    const held = await Promise.all(
      [1, 2, 3, 4].map(async () => {
        const one = await machine();
        return open(one.path, bearer(one.grant));
      }),
    );
    expect((await (await view(gateway.port, path, bearer(grant))).ended).code).toBe(1013);
    for (const viewer of held) viewer.socket.close();
    await Promise.all(held.map(({ ended }) => ended));
  });

  it('1001 when the replica shuts down, and its record and lease are gone after', async () => {
    const { name, path, grant } = await machine();
    const third = await startGateway(cluster, { POD_NAME: 'pod-3' });
    const viewer = await open(path, bearer(grant), third.port);
    await third.close();
    expect((await viewer.ended).code).toBe(1001);
    const session = cluster.api.objects.list('gatesessions').find(({ spec }) => spec?.['vm'] === name);
    expect(session?.status).toMatchObject({ phase: 'Ended' });
    expect(cluster.api.objects.list('leases').map(({ metadata }) => metadata.name)).not.toContain('kg-replica-pod-3');
  });

  it('ends the records of a replica that died without a word', async () => {
    const grant = await cluster.grant();
    const token = grant.metadata.name ?? '';
    const leave = (name: string, pod: string) =>
      cluster.api.objects.create('gatesessions', {
        metadata: { name },
        spec: { vm: 'demo', kind: 'vnc', pod, token, 'client-address': '192.0.2.1' },
        status: { phase: 'Active' },
      });
    const orphan = leave('orphan', 'pod-dead');
    leave('second-orphan', 'pod-dead');
    // Of a replica that lives: this one stays.
    leave('lives', 'pod-2');
    cluster.api.objects.update('gatetokens', token, (old) => ({ ...old, status: { ...old.status, live: 3 } }));
    const lease = { labels: { 'kubegateway.kubevirt.io/console': 'vnc' }, name: 'kg-dead-vnc' };
    cluster.api.objects.create('leases', { metadata: lease, spec: { holderIdentity: 'pod-dead/x' } });
    const third = await startGateway(cluster, { POD_NAME: 'pod-4' });
    await until(() => cluster.api.objects.find('leases', 'kg-dead-vnc') === undefined);
    await until(
      () => cluster.api.objects.get('gatesessions', orphan.metadata.name ?? '').status?.['phase'] === 'Ended',
    );
    await until(() => cluster.api.objects.get('gatetokens', token).status?.['live'] === 1);
    expect(cluster.api.objects.get('gatesessions', 'lives').status?.['phase']).toBe('Active');
    expect(cluster.api.objects.get('gatetokens', token).status).not.toHaveProperty('last-used');
    cluster.api.objects.delete('gatesessions', 'lives');
    await third.close();
  });
});

describe('what is carried', () => {
  it.each([
    [['plain.kubevirt.io'], 'plain.kubevirt.io'],
    [['binary'], 'binary'],
    [['base64', 'binary'], 'binary'],
    [['binary', 'plain.kubevirt.io'], 'plain.kubevirt.io'],
    [[], ''],
  ])('subprotocols %j are answered with "%s"', async (offered, answered) => {
    const { path, grant } = await machine();
    const viewer = await view(gateway.port, path, bearer(grant), offered);
    await viewer.receives('RFB');
    expect(viewer.socket.protocol).toBe(answered);
    expect(cluster.api.guests.at(-1)?.request.headers['sec-websocket-protocol']).toBe('plain.kubevirt.io');
    viewer.socket.close();
    await viewer.ended;
  });

  it('nothing of the viewer but the path reaches the cluster', async () => {
    const { path, grant } = await machine();
    const headers = {
      ...browser(grant, 'one'),
      'impersonate-user': 'admin',
      'x-remote-user': 'admin',
      x_remote_user: 'admin',
      'x-forwarded-for': '203.0.113.9',
      'x-anything': 'else',
    };
    const viewer = await open(path, headers);
    const seen = cluster.api.guests.at(-1)?.request.headers ?? {};
    expect(seen.authorization).toBe('Bearer token-of-gs-guest');
    expect(seen['x-forwarded-for']).toBe('127.0.0.1');
    for (const name of ['cookie', 'origin', 'impersonate-user', 'x-remote-user', 'x_remote_user', 'x-anything']) {
      expect(seen[name]).toBeUndefined();
    }
    viewer.socket.close();
  });

  it('megabytes both ways, byte for byte, with a slow reader', async () => {
    const { path, grant } = await machine();
    const viewer = await open(path, bearer(grant));
    const sent = Buffer.alloc(6 * 1024 * 1024, 'abcdefg');
    viewer.socket.pause();
    for (let at = 0; at < sent.length; at += 64 * 1024) viewer.socket.send(sent.subarray(at, at + 64 * 1024));
    viewer.socket.resume();
    await until(() => viewer.received().length >= sent.length + 12);
    expect(viewer.received().slice(12) === sent.toString('latin1')).toBe(true);
    viewer.socket.close();
  });

  it('view-only: no key passes, on either console', async () => {
    const { path, grant } = await machine({ 'view-only': true });
    const viewer = await open(path, bearer(grant));
    viewer.socket.send(Buffer.from('RFB 003.008\n'));
    viewer.socket.send(Buffer.from([1]));
    viewer.socket.send(Buffer.from([1]));
    viewer.socket.send(Buffer.from([4, 1, 0, 0, 0, 0, 0, 97]));
    viewer.socket.send(Buffer.from([3, 1, 0, 0, 0, 0, 0, 1, 0, 1]));
    await until(() => viewer.received().length >= 12 + 12 + 2 + 10);
    expect(Buffer.from(viewer.received().slice(24), 'latin1')).toEqual(
      Buffer.from([1, 1, 3, 1, 0, 0, 0, 0, 0, 1, 0, 1]),
    );
    viewer.socket.close();
    const serial = await open(path.replace(/vnc$/, 'console'), bearer(grant));
    serial.socket.send(Buffer.from('rm -rf /\n'));
    viewer.socket.send(Buffer.from('x'), () => undefined);
    serial.socket.close();
    await serial.ended;
    await until(() => cluster.api.objects.list('gatesessions').every(({ status }) => status?.['phase'] === 'Ended'));
    expect(serial.received()).not.toContain('rm');
  });

  it('a record is kept: who, from where, how many bytes, why it ended', async () => {
    const { name, path, grant } = await machine();
    const viewer = await open(SERIAL.replace('demo', name), bearer(grant));
    viewer.socket.send(Buffer.from('12345'));
    await viewer.receives('12345');
    viewer.socket.close();
    const record = () => cluster.api.objects.list('gatesessions').find(({ spec }) => spec?.['vm'] === name);
    await until(() => record()?.status?.['phase'] === 'Ended');
    expect(record()).toMatchObject({
      metadata: { labels: { 'kubegateway.kubevirt.io/gate-server': 'gs' } },
      spec: { token: grant.metadata.name, vm: name, kind: 'serial', 'client-address': '127.0.0.1', pod: 'pod-1' },
      status: { 'bytes-in': 5, 'bytes-out': 17, reason: 'The viewer closed the console.' },
    });
    await until(() => cluster.api.objects.get('gatetokens', grant.metadata.name ?? '').status?.['live'] === 0);
    expect(path).toContain(name);
  });
});
