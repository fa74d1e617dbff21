import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { issue, makeCa } from '#libs/pki';
import { Upstream } from './upstream.js';

const dir = mkdtempSync(join(tmpdir(), 'kubeconfig-'));
afterAll(() => rmSync(dir, { recursive: true }));

async function write(): Promise<string> {
  const ca = await makeCa({ cn: 'ca' });
  const admin = await issue(ca, { cn: 'admin', usages: ['client'] });
  const data = (pem: string) => Buffer.from(pem).toString('base64');
  const file = join(dir, 'config');
  const cluster = { server: 'https://127.0.0.1:1', 'certificate-authority-data': data(ca.cert) };
  const user = { 'client-certificate-data': data(admin.cert), 'client-key-data': data(admin.key) };
  const config = {
    clusters: [{ name: 'c', cluster }],
    users: [
      { name: 'admin', user },
      { name: 'dev', user: { token: 'tok' } },
    ],
    contexts: [
      { name: 'admin', context: { cluster: 'c', user: 'admin' } },
      { name: 'dev', context: { cluster: 'c', user: 'dev', namespace: 'n' } },
    ],
    'current-context': 'admin',
  };
  writeFileSync(file, JSON.stringify(config));
  return file;
}

it('keeps the client certificate out of the connections that users’ requests take', async () => {
  const file = await write();
  const admin = Upstream.fromKubeconfig(file);
  expect(admin.own.short).not.toBe(admin.shared.short);
  expect(admin.tls).not.toHaveProperty('cert');
  expect(admin.connectOptions()).not.toHaveProperty('cert');
  const dev = Upstream.fromKubeconfig(file, 'dev');
  expect(dev.own).toBe(dev.shared);
  expect([dev.credential(), dev.namespace]).toEqual(['tok', 'n']);
  await Promise.all([admin.close(), dev.close()]);
});

it('names the file and what is wrong with it', async () => {
  const file = await write();
  expect(() => Upstream.fromKubeconfig(join(dir, 'none'))).toThrow(/kubeconfig .*none/);
  expect(() => Upstream.fromKubeconfig(file, 'prod')).toThrow('it has no context "prod"');
});
