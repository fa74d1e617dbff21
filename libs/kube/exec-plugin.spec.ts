import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:https';
import { type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TLSSocket } from 'node:tls';
import { afterEach, beforeEach, expect, it, onTestFinished, vi } from 'vitest';
import { makeCa, makeCertificate } from '#libs/pki';
import { OwnClient } from './client.js';
import { type ExecConfig, ExecPlugin } from './exec-plugin.js';
import { types } from './resources.js';
import { json, TestServer } from './testing/server.js';
import { Upstream } from './upstream.js';

const apiVersion = 'client.authentication.k8s.io/v1' as const;
let dir: string;
beforeEach(() => void (dir = mkdtempSync(join(tmpdir(), 'exec-plugin-'))));
afterEach(() => rmSync(dir, { recursive: true }));

/** A program beside the kubeconfig that notes each run. */
function program(script: string): string {
  const path = join(dir, 'plugin');
  writeFileSync(path, `#!/bin/sh\necho run >> "${join(dir, 'runs')}"\n${script}\n`);
  chmodSync(path, 0o755);
  return path;
}

const runs = (): number =>
  existsSync(join(dir, 'runs')) ? readFileSync(join(dir, 'runs'), 'utf8').trim().split('\n').length : 0;
const answer = (status: object): string =>
  `cat <<'EOF'\n${JSON.stringify({ apiVersion, kind: 'ExecCredential', status })}\nEOF`;
const numbered = `n=$(wc -l < "$(dirname "$0")/runs" | tr -d ' ')
echo '{"apiVersion":"${apiVersion}","kind":"ExecCredential","status":{"token":"token-'$n'"}}'`;

function upstreamOf(server: string, exec: Partial<ExecConfig> = {}, more: object = {}): Upstream {
  const config = {
    clusters: [{ name: 'c', cluster: { server, ...more } }],
    users: [{ name: 'u', user: { exec: { apiVersion, command: './plugin', ...exec } } }],
    contexts: [{ name: 'x', context: { cluster: 'c', user: 'u' } }],
    'current-context': 'x',
  };
  const file = join(dir, 'kubeconfig');
  writeFileSync(file, JSON.stringify(config));
  return Upstream.fromKubeconfig(file);
}

const get = (upstream: Upstream) => new OwnClient(upstream).get(types.pods, 'p', 'n');

/** A server that accepts this token alone. */
async function accepting(token: () => string): Promise<{ server: TestServer; upstream: Upstream }> {
  const server = await TestServer.start((req, res) =>
    json(res, { metadata: { name: 'p' } }, req.headers.authorization === `Bearer ${token()}` ? 200 : 401),
  );
  const upstream = upstreamOf(server.upstream.server.href);
  onTestFinished(async () => {
    await upstream.close();
    await server.close();
  });
  return { server, upstream };
}

it('runs once for all requests that wait, and once more after a 401', async () => {
  program(numbered);
  let good = 'token-1';
  const { upstream } = await accepting(() => good);
  await Promise.all(Array.from({ length: 8 }, () => get(upstream)));
  expect(runs()).toBe(1);
  good = 'token-2';
  await Promise.all(Array.from({ length: 8 }, () => get(upstream)));
  expect(runs()).toBe(2);
});

it('does not run for each request of a cluster that answers 401 to all', async () => {
  program(numbered);
  const { upstream } = await accepting(() => 'none');
  for (let i = 0; i < 5; i += 1) await expect(get(upstream)).rejects.toMatchObject({ code: 401 });
  expect(runs()).toBe(2);
});

it('backs off after a failure, whose last line it shows', async () => {
  const plugin = new ExecPlugin({ apiVersion, command: program('echo "not signed in" >&2; exit 3') }, CLUSTER);
  const real = performance.now.bind(performance);
  let later = 0;
  const clock = vi.spyOn(performance, 'now').mockImplementation(() => real() + later);
  onTestFinished(() => clock.mockRestore());
  for (let i = 0; i < 5; i += 1)
    await expect(plugin.get()).rejects.toThrow(/plugin" ended with exit code 3: not signed in$/);
  expect(runs()).toBe(1);
  later += 1_000;
  await expect(plugin.get()).rejects.toThrow();
  expect(runs()).toBe(2);
});

const CLUSTER = { name: 'c', server: 'https://api:6443', skipTLSVerify: false };

it('ends a program that takes too long, with its children', async () => {
  const pidFile = join(dir, 'pid');
  const command = program(`sleep 600 & echo $! > "${pidFile}"; wait`);
  await expect(new ExecPlugin({ apiVersion, command }, CLUSTER, 500).get()).rejects.toThrow(
    'did not finish within 0.5 s',
  );
  const pid = Number(readFileSync(pidFile, 'utf8'));
  // A zombie that nobody has waited for yet has ended, too.
  const ended = () => !existsSync(`/proc/${pid}/stat`) || /\) Z /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  await vi.waitFor(() => expect(ended()).toBe(true));
});

it('says in KUBERNETES_EXEC_INFO what it speaks and, if wanted, for which cluster', async () => {
  const seen = join(dir, 'seen');
  const command = program(`printf %s "$KUBERNETES_EXEC_INFO$MORE" > "${seen}"\n${answer({ token: 't' })}`);
  const env = [{ name: 'MORE', value: '\n' }];
  await new ExecPlugin({ apiVersion, command, env, provideClusterInfo: true }, CLUSTER).get();
  const spec = { interactive: false, cluster: { server: 'https://api:6443' } };
  expect(JSON.parse(readFileSync(seen, 'utf8'))).toEqual({ apiVersion, kind: 'ExecCredential', spec });
});

it('passes on what the kubeconfig has for it beside the cluster', async () => {
  const seen = join(dir, 'seen');
  program(`printf %s "$KUBERNETES_EXEC_INFO" > "${seen}"\n${answer({ token: 't' })}`);
  const extensions = [
    { name: 'other', extension: 1 },
    { name: 'client.authentication.k8s.io/exec', extension: { audience: 'a' } },
  ];
  const upstream = upstreamOf('https://127.0.0.1:1', { provideClusterInfo: true }, { extensions });
  await upstream.credential();
  await upstream.close();
  expect(JSON.parse(readFileSync(seen, 'utf8'))).toMatchObject({ spec: { cluster: { config: { audience: 'a' } } } });
});

it('shows a client certificate that the program supplies', async () => {
  const ca = await makeCa({ cn: 'ca' });
  const client = await makeCertificate(ca, { cn: 'from-plugin', usages: ['client'] });
  program(answer({ clientCertificateData: client.cert, clientKeyData: client.key }));
  const names: unknown[] = [];
  const pair = await makeCertificate(ca, { cn: 'api', ips: ['127.0.0.1'] });
  const server = createServer({ ...pair, ca: ca.cert, requestCert: true }, (req, res) => {
    names.push((req.socket as TLSSocket).getPeerCertificate().subject.CN);
    json(res, { metadata: { name: 'p' } });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const upstream = upstreamOf(
    `https://127.0.0.1:${(server.address() as AddressInfo).port}`,
    {},
    {
      'certificate-authority-data': Buffer.from(ca.cert).toString('base64'),
    },
  );
  onTestFinished(async () => {
    await upstream.close();
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  await get(upstream);
  expect(names).toEqual(['from-plugin']);
});

it.each([
  ['{}', /wrote no ExecCredential: kind/],
  ['{"kind":"ExecCredential"}', /wrote no ExecCredential: status/],
  ['{"kind":"ExecCredential","status":{}}', /neither a token nor a client certificate/],
  ['{"kind":"ExecCredential","status":{"clientKeyData":"x"}}', /not both/],
  ['{"kind":"ExecCredential","status":{"token":"t","expirationTimestamp":"soon"}}', /expirationTimestamp/],
  ['{"kind":"ExecCredential","status":{"clientCertificateData":"x","clientKeyData":"y"}}', /cannot be used/],
  ['{"kind":"ExecCredential","status":{"token":"to ken"}}', /wrote an invalid token: it contains a space/],
  ['[]', /wrote no ExecCredential: Invalid/],
  ['hello', /wrote no JSON/],
])('says what is wrong with the output %s', async (output, message) => {
  const plugin = new ExecPlugin({ apiVersion, command: program(`echo '${output}'`) }, CLUSTER);
  await expect(plugin.get()).rejects.toThrow(message);
});

it('says that a program is missing, and how to install it', async () => {
  const plugin = new ExecPlugin({ apiVersion, command: '/no/plugin', installHint: 'Get it at URL.\nmore' }, CLUSTER);
  await expect(plugin.get()).rejects.toThrow(/"\/no\/plugin" cannot be run: .*ENOENT\. Get it at URL\.$/);
});

it('is refused when it would ask questions', () => {
  expect(() => upstreamOf('https://api', { interactiveMode: 'Always' as never })).toThrow(
    'exec.interactiveMode: must be',
  );
});
