import { beforeAll, describe, expect, it } from 'vitest';
import { MetricsServer } from '#libs/ops';
import { call, view } from '../testing/clients.js';
import { VNC } from '../testing/gateway.js';
import { useGateway } from '../testing/use-gateway.js';

const { cluster, gateway } = useGateway();
let port: number;

beforeAll(async () => {
  ({ port } = gateway.app.get(MetricsServer, { strict: false }));
});

describe('/metrics', () => {
  it('counts requests, denials and open consoles', async () => {
    const grant = await cluster.grant();
    const viewer = await view(gateway.port, VNC, { authorization: `Bearer ${grant.status?.token}` });
    await viewer.receives('RFB');
    await call(gateway.port, '/k8s/api/v1/pods');
    const reply = await call(port, '/metrics');
    expect(reply.headers['content-type']).toMatch(/^text\/plain/);
    expect(reply.body).toMatch(/^kube_gateway_requests_total\{door="http",code="401"\} 1$/m);
    expect(reply.body).toMatch(/^kube_gateway_denials_total\{code="401",reason="Unauthorized"\} 1$/m);
    expect(reply.body).toMatch(/^kube_gateway_consoles 1$/m);
    expect(reply.body).not.toContain('demo');
    viewer.socket.close();
  });

  it('is served on its own port and nothing else is', async () => {
    expect((await call(gateway.port, '/metrics')).status).toBe(404);
    for (const path of ['/', '/api/v1/session', '/k8s/api']) expect((await call(port, path)).status).toBe(404);
    expect((await call(port, '/metrics', { method: 'POST' })).status).toBe(404);
  });
});
