import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { expect, it } from 'vitest';
import { until, VNC } from '../testing/gateway.js';
import { useGateway } from '../testing/use-gateway.js';

const { cluster, gateway } = useGateway();
const EXEC = '/api/v1/namespaces/ns/pods/p/exec';
const UPGRADE = 'Host: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n';

/** The connection of an upgrade that was answered without one ends, whatever the client sends afterwards. */
async function ends(path: string, headers: string): Promise<void> {
  // A client that leaves, and one that stays.
  for (const leave of [true, false]) {
    const connected = once(gateway.server, 'connection') as Promise<[Socket]>;
    const client = connect({ port: gateway.port, host: '127.0.0.1', allowHalfOpen: true });
    const [socket] = await connected;
    client.write(`GET ${path} HTTP/1.1\r\n${UPGRADE}${headers}\r\n`);
    const [answer] = (await once(client, 'data')) as [Buffer];
    expect(answer.toString()).toMatch(/^HTTP\/1\.1 4/);
    client.on('error', () => undefined).resume();
    client.write('more');
    if (leave) client.end();
    await until(() => socket.destroyed);
    client.destroy();
  }
}

it.each([
  ['refused', ''],
  ['too large', `X-Long: ${'x'.repeat(20_000)}\r\n`],
])('row 21: the connection of a %s upgrade ends, whatever the client sends after the answer', async (_what, more) => {
  await ends(VNC, more);
});

it('row 21: so does that of an upgrade that the cluster refused', async () => {
  const grant = await cluster.grant({ urls: [EXEC] });
  cluster.api.refuseUpgrade = { code: 403, body: 'no' };
  await ends(`/k8s${EXEC}`, `Authorization: Bearer ${grant.status?.token}\r\n`);
  cluster.api.refuseUpgrade = undefined;
});
