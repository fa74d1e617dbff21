import { expect, it } from 'vitest';
import { type GrantInfo } from '#libs/api';
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
