import { afterEach, describe, expect, it } from 'vitest';
import { call, type Reply } from '../testing/clients.js';
import { until } from '../testing/gateway.js';
import { events, serveUsers } from '../testing/rest.js';
import { useGateway } from '../testing/use-gateway.js';

const NS = '/api/v1/namespaces/ns';
const ada = { authorization: 'Bearer ada', 'accept-encoding': 'gzip', 'content-type': 'application/json' };
const { cluster, gateway } = useGateway();
/** The VM demo, so many times. */
const vms = (count: number): object[] => {
  const demo = cluster.api.objects.get('virtualmachines', 'demo');
  return Array.from({ length: count }, (_, i) => ({ ...demo, metadata: { ...demo.metadata, name: `vm-${i}` } }));
};
const get = (path: string, headers: Record<string, string> = ada): Promise<Reply> =>
  call(gateway.port, `${NS}${path}`, { headers });

afterEach(() => {
  cluster.api.answer = () => false;
});

describe('what is compressed', () => {
  it('a list that is read, in a tenth of its size', async () => {
    serveUsers(cluster, { 'GET /virtualmachines': { body: { metadata: {}, items: vms(200) }, code: 200 } });
    const { 'accept-encoding': _none, ...plainly } = ada;
    const [small, plain] = [await get('/vms'), await get('/vms', plainly)];
    expect([small.status, small.headers['content-encoding']]).toEqual([200, 'gzip']);
    expect(small.headers.vary).toMatch(/accept-encoding/i);
    expect(plain.headers['content-encoding']).toBeUndefined();
    expect(small.body.length).toBeLessThan(plain.body.length / 10);
  });

  it('not an event stream', async () => {
    serveUsers(cluster);
    const stream = await events(gateway.port, `${NS}/events`, ada);
    await until(() => stream.received().includes('"kind":"reset"'));
    stream.close();
  });

  it('not the answer that holds a new token beside what the caller wrote', async () => {
    serveUsers(cluster);
    const asked = call(gateway.port, `${NS}/gatetokens?token=true`, {
      method: 'POST',
      headers: ada,
      body: JSON.stringify({ vm: 'demo', description: 'written by the caller' }),
    });
    const made = (): string | undefined => cluster.api.objects.list('gatetokens')[0]?.metadata.name;
    await until(() => made() !== undefined);
    const token = 'made.by.operator'.repeat(100);
    const data = { nbf: 1, exp: 2, from: 'F', until: 'U', duration: '1h', verbs: ['get'], urls: ['/x'] };
    cluster.api.objects.update('gatetokens', made() ?? '', (old) => ({
      ...old,
      status: { phase: 'Ready', data, token },
    }));
    const reply = await asked;
    expect([reply.status, reply.headers['content-encoding']]).toEqual([201, undefined]);
    expect(JSON.parse(reply.body)).toMatchObject({ token });
  });
});
