import { describe, expect, it } from 'vitest';
import { type GateToken } from '#libs/api';
import { vmUrls } from '#libs/policy';
import { call, view } from '../testing/clients.js';
import { SERIAL, VNC } from '../testing/gateway.js';
import { useGateway } from '../testing/use-gateway.js';

const { cluster, gateway } = useGateway();

const bearer = ({ status }: GateToken) => ({ authorization: `Bearer ${status?.token ?? ''}` });
const far = (path: string): string => path.replace('/ns/', '/far/').replace('/demo/', '/remote/');

/** A grant for a VM of a namespace that the gateway does not watch, bound to it by the operator, which sees it. */
function grantOfFarVm(): Promise<GateToken> {
  if (cluster.api.objects.find('virtualmachines', 'remote') === undefined)
    cluster.api.objects.create('virtualmachines', { metadata: { name: 'remote', namespace: 'far' } });
  return cluster.grant({ urls: vmUrls('far', 'remote') });
}

describe('a console in a namespace that the gateway does not watch', () => {
  it.each([VNC, SERIAL])('opens where the cluster allows it: %s', async (path) => {
    const grant = await grantOfFarVm();
    expect(grant.status?.['vm-uid']).toBeDefined();
    const viewer = await view(gateway.port, far(path), bearer(grant), ['plain.kubevirt.io']);
    await viewer.receives('RFB');
    viewer.socket.close();
  });

  it.each([VNC, SERIAL])('1008 where the guest account may not reach it: %s', async (path) => {
    const grant = await grantOfFarVm();
    const message = 'virtualmachineinstances.subresources.kubevirt.io "remote" is forbidden: User cannot get resource';
    cluster.api.refuseUpgrade = { code: 403, body: JSON.stringify({ kind: 'Status', code: 403, message }) };
    const viewer = await view(gateway.port, far(path), bearer(grant));
    const ended = await viewer.ended;
    cluster.api.refuseUpgrade = undefined;
    const reason = 'The cluster does not allow access to the console of remote.';
    expect(ended).toEqual({ code: 1008, reason });
  });

  it('gives its page no status', async () => {
    const headers = bearer(await grantOfFarVm());
    const info = await call(gateway.port, '/api/v1/grant?namespace=far&vm=remote', { headers });
    expect(info.status).toBe(200);
    expect(JSON.parse(info.body)).not.toHaveProperty('vm-status');
  });
});
