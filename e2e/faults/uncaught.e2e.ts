import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { run } from '../support/kubectl.js';

const folder = mkdtempSync(join(tmpdir(), 'kube-gateway-uncaught-'));
const kubeconfig = join(folder, 'kubeconfig');
writeFileSync(
  kubeconfig,
  JSON.stringify({
    clusters: [{ name: 'c', cluster: { server: 'https://127.0.0.1:1' } }],
    users: [{ name: 'u', user: { token: 'x' } }],
    contexts: [{ name: 'x', context: { cluster: 'c', user: 'u' } }],
    'current-context': 'x',
  }),
);

const ENVIRONMENTS = {
  gateway: {
    POD_NAMESPACE: 'n',
    POD_NAME: 'p',
    GATESERVER: 'g',
    PUBLIC_URLS: 'http://localhost',
    SESSION_KEY: Buffer.alloc(32, 1).toString('base64'),
  },
  operator: { GATEWAY_IMAGE: 'g:1' },
};

/** Run as soon as the program serves a port. */
const failing = (statement: string): string =>
  `data:text/javascript,${encodeURIComponent(`
  const timer = setInterval(() => {
    if (!process.getActiveResourcesInfo().includes('TCPServerWrap')) return;
    clearInterval(timer);
    ${statement}
  }, 10);`)}`;

afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe.each(['gateway', 'operator'] as const)('the %s', (name) => {
  it.each([
    ['unhandled rejection', "Promise.reject(new Error('boom'))"],
    ['unhandled rejection', "Promise.reject('boom')"],
    ['uncaught exception', "throw new Error('boom')"],
  ])('ends with one fatal line after an %s: %s', async (msg, statement) => {
    const { code, stdout, stderr } = await run(
      process.execPath,
      ['--import', failing(statement), `dist/apps/${name}/main.js`],
      {
        env: { ...ENVIRONMENTS[name], KUBECONFIG: kubeconfig, LISTEN: '127.0.0.1:0', METRICS_LISTEN: '127.0.0.1:0' },
        timeoutMs: 30_000,
      },
    );
    const lines = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { level: string });
    expect(lines.filter(({ level }) => level === 'fatal')).toEqual([
      expect.objectContaining({
        component: name,
        msg,
        err: expect.objectContaining({ message: expect.stringContaining('boom') as string }) as object,
      }),
    ]);
    expect({ code, stderr }).toEqual({ code: 1, stderr: '' });
  });
});
