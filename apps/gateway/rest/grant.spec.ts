import { describe, expect, it } from 'vitest';
import { type GateTokenSpec, type GrantInfo } from '#libs/api';
import { vmUrls } from '#libs/policy';
import { call } from '../testing/clients.js';
import { until } from '../testing/gateway.js';
import { useGateway } from '../testing/use-gateway.js';

const { cluster, gateway } = useGateway();

it('says that the machine of a grant was deleted, also when another one has its name', async () => {
  cluster.startVm('short');
  const grant = await cluster.grant({ vm: 'short' });
  const path = '/api/v1/grant?namespace=ns&vm=short';
  const ask = async () =>
    JSON.parse(
      (await call(gateway.port, path, { headers: { authorization: `Bearer ${grant.status?.token}` } })).body,
    ) as GrantInfo;
  await until(async () => (await ask())['vm-status'] === 'Running');
  expect(await ask()).not.toHaveProperty('vm-gone');
  cluster.stopVm('short');
  await until(async () => (await ask())['vm-status'] === 'Stopped');
  expect(await ask()).not.toHaveProperty('vm-gone');
  cluster.api.objects.delete('virtualmachines', 'short');
  await until(async () => (await ask())['vm-status'] === 'NotFound');
  expect(await ask()).toMatchObject({ 'vm-gone': true });
  cluster.startVm('short');
  cluster.startVm('later');
  const later = await cluster.grant({ vm: 'later' });
  // The watch has brought a later machine, hence the new one of that name.
  await until(async () => {
    const answer = await call(gateway.port, path.replace('short', 'later'), {
      headers: { authorization: `Bearer ${later.status?.token}` },
    });
    return answer.body.includes('Running');
  });
  expect(await ask()).toMatchObject({ 'vm-status': 'NotFound', 'vm-gone': true });
});

describe('of a browser with several links for one machine', () => {
  const urls = (console: string) => vmUrls('ns', 'demo').filter((url) => url.endsWith(console));

  /** @returns what is said of the grants, held in this order, for the console */
  async function said(specs: Partial<GateTokenSpec>[], kind?: string): Promise<GrantInfo> {
    const tokens = await Promise.all(specs.map(async (spec) => (await cluster.grant(spec)).status?.token));
    const cookie = tokens.map((token, i) => `kg-grant-${i}=${token}`).join('; ');
    const path = `/api/v1/grant?namespace=ns&vm=demo${kind === undefined ? '' : `&kind=${kind}`}`;
    let answer = '';
    await until(async () => (answer = (await call(gateway.port, path, { headers: { cookie } })).body).includes('"vm"'));
    return JSON.parse(answer) as GrantInfo;
  }

  it('describes the one that opens the console', async () => {
    const both = [{ urls: urls('/vnc'), 'view-only': true }, { urls: urls('/console') }];
    expect(await said(both, 'vnc')).toMatchObject({ 'view-only': true, consoles: { vnc: true, serial: true } });
    expect(await said(both, 'serial')).toMatchObject({ 'view-only': false, consoles: { vnc: true, serial: true } });
  });

  it('describes the one with full control, whichever was opened last', async () => {
    const [view, full] = [{ 'view-only': true }, { description: 'all of it' }];
    for (const held of [
      [view, full],
      [full, view],
    ]) {
      expect(await said(held)).toMatchObject({ 'view-only': false, description: 'all of it' });
    }
    expect(await said([view, { urls: urls('/console') }], 'vnc')).toMatchObject({ 'view-only': true });
  });

  it('refuses a console that does not exist', async () => {
    const { status } = await cluster.grant();
    const headers = { authorization: `Bearer ${status?.token}` };
    expect((await call(gateway.port, '/api/v1/grant?namespace=ns&vm=demo&kind=video', { headers })).status).toBe(400);
  });
});

it('says who issued the grant, where that is proven', async () => {
  const issuer = { username: 'ada', uid: '1' } as NonNullable<GateTokenSpec['issuer']>;
  const { metadata, status } = await cluster.grant({ issuer });
  const headers = { authorization: `Bearer ${status?.token}` };
  const info = async () =>
    JSON.parse((await call(gateway.port, '/api/v1/grant?namespace=ns&vm=demo', { headers })).body) as object;
  expect(await info()).not.toHaveProperty('issuer');
  cluster.approve(metadata.name ?? '', { ...status, issuer: 'ada' });
  expect(await info()).toMatchObject({ issuer: 'ada' });
});
