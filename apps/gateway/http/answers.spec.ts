import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { expect, it } from 'vitest';
import { until, VNC } from '../testing/gateway.js';
import { useGateway } from '../testing/use-gateway.js';

const { gateway } = useGateway();
const UPGRADE = 'Host: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n';

it.each([
  ['refused', ''],
  ['too large', `X-Long: ${'x'.repeat(20_000)}\r\n`],
])('row 21: the connection of a %s upgrade ends, whatever the client sends after the answer', async (_what, more) => {
  for (const leave of [true, false]) {
    const connected = once(gateway.server, 'connection') as Promise<[Socket]>;
    const client = connect({ port: gateway.port, host: '127.0.0.1', allowHalfOpen: true });
    const [socket] = await connected;
    client.write(`GET ${VNC} HTTP/1.1\r\n${UPGRADE}${more}\r\n`);
    await once(client, 'data');
    client.on('error', () => undefined).resume();
    client.write('more');
    // A client that leaves, and one that stays.
    if (leave) client.end();
    await until(() => socket.destroyed);
    expect(socket.destroyed).toBe(true);
    client.destroy();
  }
});
