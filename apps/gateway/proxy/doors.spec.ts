import { describe, expect, it } from 'vitest';
import { call, view } from '../testing/clients.js';
import { VNC } from '../testing/gateway.js';
import { useGateway } from '../testing/use-gateway.js';

const { cluster, gateway } = useGateway();

describe('the happy path', () => {
  it('opens a console with a JWT and carries bytes both ways', async () => {
    const grant = await cluster.grant();
    const viewer = await view(gateway.port, VNC, { authorization: `Bearer ${grant.status?.token}` }, [
      'plain.kubevirt.io',
    ]);
    await viewer.receives('RFB 003.008');
    viewer.socket.send(Buffer.from('hello'));
    await viewer.receives('hello');
    expect(viewer.socket.protocol).toBe('plain.kubevirt.io');
    viewer.socket.close();
  });

  it('forwards a read as the guest account', async () => {
    const grant = await cluster.grant({ urls: ['/api/v1/namespaces/ns/pods*'] });
    const reply = await call(gateway.port, '/k8s/api/v1/namespaces/ns/pods', {
      headers: { authorization: `Bearer ${grant.status?.token}` },
    });
    expect(reply.status).toBe(200);
    expect(cluster.api.forwarded.at(-1)?.headers.authorization).toBe('Bearer token-of-gs-guest');
  });

  it('has one listener of upgrades after an ordinary request', () => {
    expect(gateway.server.listenerCount('upgrade')).toBe(1);
  });
});
