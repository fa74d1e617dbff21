/**
 * What the Secrets and VMs of other people cost an operator: bytes that it receives until it is ready, and its memory.
 *
 *     KUBECONFIG=.local/kubeconfig node bench/operator.ts [COUNT]
 *
 * Needs a running `npm start`, and /proc (Linux). Starts an operator of its own, which waits for the lead, behind a
 * counting proxy: once as the cluster is, and once beside COUNT (2,000) Secrets of 10 kB and as many stopped VMs of 5 kB
 * in a namespace of their own, which it deletes again. Prints one line of JSON.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { type AddressInfo, connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { request } from 'undici';
import { benchedServer } from './lib/api-server.ts';
import { freePort } from './lib/free-port.ts';

const NAMESPACE = `bench-operator-${process.pid}`;
const WORKERS = 16;
const PATIENCE_MS = 120_000;
const SETTLE_MS = 10_000;

const count = Number(process.argv[2] ?? 2000);
if (!(count > 0)) {
  console.error('Usage: KUBECONFIG=(the one that npm start printed) node bench/operator.ts [COUNT]');
  process.exit(2);
}
const { file, url: api, pool, ask } = benchedServer(WORKERS);

const secret = (i: number) => ({
  metadata: { name: `secret-${i}` },
  data: { value: Buffer.alloc(7500, `${i} `).toString('base64') },
});
const machine = (i: number) => ({
  apiVersion: 'kubevirt.io/v1',
  kind: 'VirtualMachine',
  metadata: { name: `vm-${i}` },
  spec: {
    runStrategy: 'Halted',
    template: {
      spec: {
        domain: { devices: {} },
        volumes: [{ name: 'init', cloudInitNoCloud: { userData: `# ${'x'.repeat(4500)}` } }],
      },
    },
  },
});

async function fill(): Promise<void> {
  let next = 0;
  const worker = async (): Promise<void> => {
    for (let i = next++; i < count; i = next++) {
      await ask('POST', `/api/v1/namespaces/${NAMESPACE}/secrets`, secret(i));
      await ask('POST', `/apis/kubevirt.io/v1/namespaces/${NAMESPACE}/virtualmachines`, machine(i));
    }
  };
  await Promise.all(Array.from({ length: WORKERS }, worker));
}

/** Passes everything on, and counts what comes back. */
async function countingProxy() {
  const counter = { bytes: 0, port: 0, close: () => undefined as void };
  const proxy = createServer((client) => {
    const target = connect(Number(api.port), api.hostname);
    target.on('data', (chunk: Buffer) => (counter.bytes += chunk.length));
    for (const [from, to] of [
      [client, target],
      [target, client],
    ] as const) {
      from.on('error', () => to.destroy());
      from.pipe(to);
    }
  });
  await once(proxy.listen(0, '127.0.0.1'), 'listening');
  counter.port = (proxy.address() as AddressInfo).port;
  counter.close = () => void proxy.close();
  return counter;
}

async function untilReady(port: number): Promise<void> {
  for (const deadline = performance.now() + PATIENCE_MS; performance.now() < deadline; await sleep(100)) {
    const code = await request(`http://127.0.0.1:${port}/readyz`).then(
      async ({ statusCode, body }) => body.dump().then(() => statusCode),
      () => 0,
    );
    if (code === 200) return;
  }
  throw new Error('The operator does not become ready');
}

const mebibytes = (value: number): number => Number((value / 2 ** 20).toFixed(1));

/** One operator from its start: its traffic and memory when all its copies are there. */
async function measured() {
  const dir = mkdtempSync(join(tmpdir(), 'bench-operator-'));
  const [counter, port, metrics] = [await countingProxy(), await freePort(), await freePort()];
  const between = `https://localhost:${counter.port}`;
  const path = join(dir, 'kubeconfig');
  writeFileSync(path, readFileSync(file, 'utf8').replaceAll(api.origin, between), { mode: 0o600 });
  const env = {
    PATH: process.env['PATH'],
    KUBECONFIG: path,
    GATEWAY_IMAGE: 'none',
    LISTEN: `127.0.0.1:${port}`,
    METRICS_LISTEN: `127.0.0.1:${metrics}`,
  };
  const operator = spawn(process.execPath, ['dist/programs/operator.js'], { env, stdio: 'ignore' });
  try {
    await untilReady(port);
    await sleep(SETTLE_MS);
    const status = readFileSync(`/proc/${operator.pid}/status`, 'utf8');
    const kibibytes = (field: string): number => Number(new RegExp(`${field}:\\s+(\\d+)`).exec(status)?.[1]);
    return {
      receivedMiB: mebibytes(counter.bytes),
      residentMiB: mebibytes(kibibytes('VmRSS') * 1024),
      peakMiB: mebibytes(kibibytes('VmHWM') * 1024),
    };
  } finally {
    operator.kill();
    await once(operator, 'exit');
    counter.close();
    rmSync(dir, { recursive: true });
  }
}

const empty = await measured();
await ask('POST', '/api/v1/namespaces', { metadata: { name: NAMESPACE } });
try {
  await fill();
  console.log(JSON.stringify({ count, empty, full: await measured(), node: process.version }));
} finally {
  await ask('DELETE', `/api/v1/namespaces/${NAMESPACE}`);
  await pool.close();
}
