import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:https';
import { type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { makeCa, makeCertificate } from '#libs/pki';
import { type LaunchContext } from './launch.js';
import { launchOnOwn, podNames } from './own-cluster.js';
import { Parts } from './parts.js';
import { UserError } from './user-error.js';

test('a cluster that refuses the user of the kubeconfig is one line for them', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'own-cluster-'));
  const ca = await makeCa({ cn: 'ca' });
  const message = 'User "me" cannot get path "/apis/kubevirt.io/v1"';
  const server = createServer(await makeCertificate(ca, { cn: 'api', ips: ['127.0.0.1'] }), ({ url }, res) => {
    res.writeHead(url === '/version' ? 200 : 403, { 'content-type': 'application/json' });
    res.end(JSON.stringify({ kind: 'Status', code: 403, reason: 'Forbidden', message }));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const parts = new Parts((error) => expect.unreachable(String(error)));
  onTestFinished(async () => {
    await parts.stop();
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
    rmSync(dir, { recursive: true });
  });
  const kubeconfig = join(dir, 'kubeconfig');
  const { port } = server.address() as AddressInfo;
  const data = Buffer.from(ca.cert).toString('base64');
  const config = {
    clusters: [{ name: 'c', cluster: { server: `https://127.0.0.1:${port}`, 'certificate-authority-data': data } }],
    contexts: [{ name: 'x', context: { cluster: 'c' } }],
    'current-context': 'x',
  };
  writeFileSync(kubeconfig, JSON.stringify(config));
  const context = { parts } as unknown as LaunchContext;
  const error: unknown = await launchOnOwn(context, { kind: 'own', kubeconfig, context: undefined }).catch(
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(UserError);
  expect((error as Error).message).toBe(
    `The cluster in ${kubeconfig} refused a request: ${message}. Use a kubeconfig that gives you administrator rights.`,
  );
});

test('two that run on one cluster hold no Lease by the same name', () => {
  const one = podNames('/home/me/a', 'desk');
  expect(podNames('/home/me/a', 'desk')).toEqual(one);
  for (const other of [podNames('/home/me/b', 'desk'), podNames('/home/me/a', 'shelf')]) {
    expect(other.operator).not.toBe(one.operator);
    expect(other.gateway).not.toBe(one.gateway);
  }
  expect(one.operator).toMatch(/^npm-start-desk-[0-9a-f]{8}$/);
  // The gateway's is a part of the name of an object.
  expect(podNames('/home/me/a', 'Desk_1').gateway).toMatch(/^npm-start-[0-9a-f]{8}$/);
});
