/**
 * How long 1,000 GateTokens take from their creation until each is Ready, and what of that is the operator's work.
 *
 *     KUBECONFIG=.local/kubeconfig node bench/gatetokens.ts [COUNT] [CONCURRENCY]
 *
 * Needs a running `npm start`. Makes tokens in `gateway-example` and deletes them again. Prints one line of JSON.
 */
import { constants, generateKeyPairSync, sign } from 'node:crypto';
import { cpus, loadavg } from 'node:os';
import { request } from 'undici';
import { benchedServer } from './api-server.ts';

const NAMESPACE = 'gateway-example';
const LABEL = { name: 'bench', value: `gatetokens-${process.pid}` };
const SELECTOR = `labelSelector=${LABEL.name}%3D${LABEL.value}`;
const TOKENS = `/apis/kubegateway.kubevirt.io/v1beta1/namespaces/${NAMESPACE}/gatetokens`;
const VNC = `/apis/subresources.kubevirt.io/v1/namespaces/${NAMESPACE}/virtualmachineinstances/demo/vnc`;
const PATIENCE_MS = 300_000;

interface Token {
  metadata: { name: string; resourceVersion: string };
  status?: { phase?: string; conditions?: { message: string }[] };
}
interface Pods {
  items: { metadata: { annotations?: Record<string, string> } }[];
}

const [count, concurrency] = [Number(process.argv[2] ?? 1000), Number(process.argv[3] ?? 32)];
if (!(count > 0) || !(concurrency > 0)) {
  console.error('Usage: KUBECONFIG=(the one that npm start printed) node bench/gatetokens.ts [COUNT] [CONCURRENCY]');
  process.exit(2);
}
const { pool, headers, ask } = benchedServer(concurrency + 2);

/** Calls `seen` with each event of the tokens' watch until `signal` aborts. */
async function watch(version: string, signal: AbortSignal, seen: (token: Token) => void): Promise<void> {
  const path = `${TOKENS}?watch=true&${SELECTOR}&resourceVersion=${version}`;
  const { body } = await pool.request({ method: 'GET', path, headers, signal, bodyTimeout: 0 });
  let rest = '';
  for await (const chunk of body.setEncoding('utf8') as AsyncIterable<string>) {
    const lines = (rest + chunk).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) if (line !== '') seen((JSON.parse(line) as { object: Token }).object);
  }
}

/** CPU seconds of the operator, and its looks at GateTokens; undefined where its metrics cannot be reached from here. */
async function operator(): Promise<{ cpu: number; looks: number; seconds: number } | undefined> {
  const label = 'app.kubernetes.io%2Fname%3Dkube-gateway-operator';
  const pods = await ask<Pods>('GET', `/api/v1/namespaces/kube-gateway/pods?labelSelector=${label}`);
  const ports = pods.items.map(({ metadata }) => metadata.annotations?.['node.devcluster.io/ports']).find(Boolean);
  const port = (JSON.parse(ports ?? '{}') as Record<string, number>)['9090'];
  if (port === undefined) return undefined;
  const text = await (await request(`http://127.0.0.1:${port}/metrics`)).body.text();
  const value = (name: string): number =>
    Number(
      text
        .split('\n')
        .find((line) => line.startsWith(`${name} `))
        ?.split(' ')[1] ?? 0,
    );
  const seconds = 'kube_gateway_operator_reconcile_seconds';
  return {
    cpu: value('process_cpu_seconds_total'),
    looks: value(`${seconds}_count{kind="GateToken"}`),
    seconds: value(`${seconds}_sum{kind="GateToken"}`),
  };
}

/** Seconds that this machine needs for so many signatures alone, one after the other. */
function signingSeconds(): number {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const key = { key: privateKey, padding: constants.RSA_PKCS1_PADDING };
  const started = performance.now();
  for (let i = 0; i < 500; i++) sign('sha256', Buffer.from(`token ${i}`), key);
  return ((performance.now() - started) / 1000 / 500) * count;
}

const round = (value: number): number => Number(value.toFixed(3));
const at = (sorted: number[], share: number): number => round((sorted[Math.floor(sorted.length * share)] ?? 0) / 1000);

const load = loadavg()[0] ?? 0;
const signing = signingSeconds();
const created = new Map<string, number>();
const ready = new Map<string, number>();
const stop = new AbortController();
const { metadata } = await ask<{ metadata: { resourceVersion: string } }>('GET', `${TOKENS}?${SELECTOR}`);
let fault: string | undefined;
const all = new Promise<void>((resolve) => {
  const seen = ({ metadata: { name }, status }: Token): void => {
    if (status?.phase === 'Ready' && !ready.has(name)) ready.set(name, performance.now());
    if (status?.phase === 'Error') fault = status.conditions?.[0]?.message ?? 'Error';
    if (ready.size === count || fault !== undefined) resolve();
  };
  watch(metadata.resourceVersion, stop.signal, seen).catch((error: unknown) => {
    if (!stop.signal.aborted) fault = String(error);
    resolve();
  });
  setTimeout(resolve, PATIENCE_MS).unref();
});
try {
  const before = await operator();
  const started = performance.now();
  let next = 0;
  const worker = async (): Promise<void> => {
    while (next < count && fault === undefined) {
      const name = `${LABEL.value}-${next++}`;
      created.set(name, performance.now());
      await ask('POST', TOKENS, {
        apiVersion: 'kubegateway.kubevirt.io/v1beta1',
        kind: 'GateToken',
        metadata: { name, labels: { [LABEL.name]: LABEL.value } },
        spec: { urls: [VNC], duration: '10m' },
      });
    }
  };
  await Promise.all(Array.from({ length: concurrency }, worker));
  const made = performance.now();
  await all;
  const end = Math.max(...ready.values());
  const after = await operator();
  if (fault !== undefined || ready.size < count) throw new Error(fault ?? `${ready.size} of ${count} became Ready`);
  const waits = [...ready].map(([name, time]) => time - (created.get(name) ?? time)).sort((a, b) => a - b);
  console.log(
    JSON.stringify({
      tokens: count,
      concurrency,
      createdS: round((made - started) / 1000),
      readyS: round((end - started) / 1000),
      readyAfterLastCreateS: round(Math.max(0, end - made) / 1000),
      createToReadyS: { p50: at(waits, 0.5), p99: at(waits, 0.99) },
      ...(before && after
        ? {
            operatorCpuS: round(after.cpu - before.cpu),
            operatorLooks: after.looks - before.looks,
            operatorMeanLookS: round((after.seconds - before.seconds) / Math.max(1, after.looks - before.looks)),
          }
        : {}),
      signingAloneS: round(signing),
      readyPerSigningAlone: round((end - started) / 1000 / signing),
      machine: { cpus: cpus().length, model: cpus()[0]?.model, loadBefore: round(load), node: process.version },
    }),
  );
} finally {
  stop.abort();
  await ask('DELETE', `${TOKENS}?${SELECTOR}`);
  await pool.close();
}
