import { expect, it } from 'vitest';
import { call } from '../testing/clients.js';
import { until } from '../testing/gateway.js';
import { useGateway } from '../testing/use-gateway.js';
import { linkHash, newCode } from '#libs/token';

const { cluster, gateway } = useGateway();
const PODS = '/k8s/api/v1/namespaces/ns/pods';
interface Event {
  involvedObject: { name: string; kind: string; uid: string };
  reason: string;
  message: string;
  type: string;
}
const events = () => cluster.api.objects.list('events') as unknown as Event[];
const of = (name = '') => events().filter(({ involvedObject }) => involvedObject.name === name);

it('tells once a minute that requests with a grant were refused, and by which rule; never who or from where', async () => {
  const { status, metadata } = await cluster.grant();
  const headers = { authorization: `Bearer ${status?.token}`, 'user-agent': 'probe' };
  for (let i = 0; i < 3; i++) await call(gateway.port, PODS, { headers });
  await call(gateway.port, PODS, { method: 'DELETE', headers });
  await until(() => of(metadata.name).length === 2);
  expect(of(metadata.name)).toMatchObject([
    {
      involvedObject: { kind: 'GateToken', uid: metadata.uid },
      type: 'Warning',
      reason: 'RequestRefused',
      message: expect.stringContaining('(path-not-granted)') as string,
    },
    { message: expect.stringContaining('(method-not-granted)') as string },
  ]);
  expect(JSON.stringify(events())).not.toMatch(/127\.0\.0\.1|probe/);
});

it('tells that a link was opened', async () => {
  const code = newCode();
  const { metadata } = await cluster.grant({ vm: 'demo', 'link-hash': linkHash(code) });
  const headers = { 'content-type': 'application/json' };
  await call(gateway.port, '/l', { method: 'POST', headers, body: JSON.stringify({ code, redeem: true }) });
  await until(() => of(metadata.name).length === 1);
  expect(of(metadata.name)).toMatchObject([{ type: 'Normal', reason: 'Redeemed' }]);
});

it('tells nothing of requests without a grant, and no more than 60 a minute', async () => {
  const before = events().length;
  for (let i = 0; i < 5; i++) await call(gateway.port, PODS);
  for (let i = 0; i < 70; i++) {
    const { status } = await cluster.grant();
    await call(gateway.port, PODS, { headers: { authorization: `Bearer ${status?.token}` } });
  }
  await until(() => events().length >= 60);
  expect(events()).toHaveLength(60);
  expect(before).toBeLessThan(60);
});
