import { describe, expect, it } from 'vitest';
import { call, view } from '../testing/clients.js';
import { until } from '../testing/gateway.js';
import { bearer, browser, useConsoles } from '../testing/use-consoles.js';

const { cluster, gateway, other, machine, open } = useConsoles();

describe('who is on it', () => {
  it('4006 for the second browser, 4005 for the first when the second takes over, across replicas', async () => {
    const { path, grant } = await machine();
    const first = await open(path, browser(grant, 'first'));
    expect((await (await view(other.port, path, browser(grant, 'second'))).ended).code).toBe(4006);
    const second = await open(`${path}?takeover=true`, browser(grant, 'second'), other.port);
    expect((await first.ended).code).toBe(4005);
    expect(cluster.api.guests.at(-1)?.url).not.toContain('takeover');
    expect(cluster.api.guests.at(-1)?.url).not.toContain('preserveSession');
    second.socket.close();
  });

  it('a grant without take-over cannot take over', async () => {
    const { path, grant } = await machine({ 'take-over': false });
    const first = await open(path, browser(grant, 'first'));
    expect((await (await view(gateway.port, `${path}?takeover=true`, browser(grant, 'second'))).ended).code).toBe(4006);
    first.socket.close();
  });

  it('the same browser comes back without asking: a reload', async () => {
    const { path, grant } = await machine();
    const first = await open(path, browser(grant, 'same'));
    const second = await open(path, browser(grant, 'same'));
    expect((await first.ended).code).toBe(4005);
    second.socket.close();
  });

  it('the same tab comes back without asking; another tab of that browser is asked, and may take over', async () => {
    const { path, grant } = await machine();
    const ada = browser(grant, 'ada');
    const reloaded = await open(`${path}?tab=one`, ada);
    const first = await open(`${path}?tab=one`, ada, other.port);
    expect((await reloaded.ended).code).toBe(4005);
    const asked = await view(gateway.port, `${path}?tab=two`, ada);
    expect(await asked.ended).toEqual({ code: 4006, reason: 'You have this console open in another tab.' });
    const second = await open(`${path}?tab=two&takeover=true`, ada);
    expect(await first.ended).toEqual({ code: 4005, reason: 'You opened this console in another tab.' });
    expect(cluster.api.guests.at(-1)?.url).toMatch(/\/vnc$/);
    second.socket.close();
  });

  it('another tab may take over though the grant lets nobody take over from someone else', async () => {
    const { path, grant } = await machine({ 'take-over': false });
    const ada = browser(grant, 'ada');
    const first = await open(`${path}?tab=one`, ada);
    const eve = await view(gateway.port, `${path}?tab=one&takeover=true`, browser(grant, 'eve'));
    expect(await eve.ended).toMatchObject({ code: 4006, reason: expect.stringContaining('Someone else') as string });
    const second = await open(`${path}?tab=two&takeover=true`, ada);
    expect((await first.ended).code).toBe(4005);
    second.socket.close();
  });

  it.each([
    ['?tab=one', ''],
    ['', '?tab=one'],
  ])('a client that names its tab and one of the same browser that does not are two: %s, %s', async (here, there) => {
    const { path, grant } = await machine();
    const first = await open(`${path}${here}`, browser(grant, 'ada'));
    expect((await (await view(gateway.port, `${path}${there}`, browser(grant, 'ada'))).ended).code).toBe(4006);
    first.socket.close();
  });

  it.each(['', 'a%20b', 'x'.repeat(65)])('"%s" names no tab', async (tab) => {
    const { path, grant } = await machine();
    const first = await open(`${path}?tab=${tab}`, browser(grant, 'ada'));
    const second = await open(path, browser(grant, 'ada'));
    expect((await first.ended).code).toBe(4005);
    second.socket.close();
  });

  it('preserves the session of a viewer that did not come through the gateway', async () => {
    const { path, grant } = await machine();
    cluster.api.refuseUpgrade = {
      code: 500,
      body: '{"kind":"Status","message":"dialing: Active VNC connection. Request denied."}',
    };
    expect((await (await view(gateway.port, path, bearer(grant))).ended).code).toBe(4006);
    expect(cluster.api.forwarded.at(-1)?.url).toContain('preserveSession=true');
    cluster.api.refuseUpgrade = undefined;
  });

  it('is said by a Lease for the running instance', async () => {
    const { name, path, grant } = await machine();
    const viewer = await open(path, bearer(grant));
    const { uid } = cluster.api.objects.get('virtualmachineinstances', name).metadata;
    expect(cluster.api.objects.find('leases', `kg-${uid}-vnc`)?.spec?.['holderIdentity']).toMatch(/^pod-1\//);
    const info = await call(gateway.port, `/api/v1/grant?namespace=ns&vm=${name}`, { headers: bearer(grant) });
    expect(JSON.parse(info.body)).toMatchObject({ busy: { vnc: true, serial: false } });
    viewer.socket.close();
  });

  it('a console that ended is free', async () => {
    const { path, grant } = await machine();
    const first = await open(path, browser(grant, 'first'));
    first.socket.close();
    await until(async () => {
      const next = await view(gateway.port, path, browser(grant, 'second'));
      const free = await Promise.race([next.receives('RFB').then(() => true), next.ended.then(() => false)]);
      next.socket.close();
      await next.ended;
      return free;
    });
  });
});
