/**
 * What the gateway adds to a small GET, against the API server asked directly, in paired rounds of one run.
 *
 *     KUBECONFIG=.local/kubeconfig node bench/gateway.ts [GATEWAY_URL]
 *
 * Needs a running `npm start`. Issues a grant for itself and revokes it. Prints one line of JSON a round and the medians.
 */
import { Agent, Pool, request } from 'undici';
import { benchedServer } from './api-server.ts';

const ROUNDS = 5;
const SECONDS = 2;
const CONNECTIONS = 64;

const { pool: direct, token, headers } = benchedServer(CONNECTIONS);
const gatewayUrl = process.argv[2] ?? 'http://localhost:8080';

async function issue(): Promise<{ token: string; name: string }> {
  const answer = await request(`${gatewayUrl}/api/v1/namespaces/gateway-example/gatetokens?token=true`, {
    method: 'POST',
    headers,
    body: JSON.stringify({ urls: ['/api/v1/namespaces/gateway-example/pods*'], duration: '10m' }),
  });
  const body = (await answer.body.json()) as { token: string; gatetoken: { name: string } };
  return { token: body.token, name: body.gatetoken.name };
}

/** Requests a second over a pool of connections. */
async function load(
  pool: Pool,
  target: string,
  bearer: string,
  concurrency: number,
): Promise<{ rate: number; p50: number; p99: number }> {
  const times: number[] = [];
  const end = performance.now() + SECONDS * 1000;
  const worker = async (): Promise<void> => {
    while (performance.now() < end) {
      const started = performance.now();
      const answer = await pool.request({
        path: target,
        method: 'GET',
        headers: { authorization: `Bearer ${bearer}` },
      });
      await answer.body.dump();
      if (answer.statusCode !== 200) throw new Error(`${target}: ${answer.statusCode}`);
      times.push(performance.now() - started);
    }
  };
  const started = performance.now();
  await Promise.all(Array.from({ length: concurrency }, worker));
  const elapsed = (performance.now() - started) / 1000;
  times.sort((a, b) => a - b);
  const at = (share: number): number => Number((times[Math.floor(times.length * share)] ?? 0).toFixed(3));
  return { rate: Math.round(times.length / elapsed), p50: at(0.5), p99: at(0.99) };
}

const median = (values: number[]): number => values.sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;

interface Pods {
  items: { metadata: { name: string; annotations?: Record<string, string> } }[];
}

/** A gateway's own port: what stands in front of it on the embedded cluster is not what is measured. */
function portOf({ items }: Pods): { name: string; port: number } {
  for (const { metadata } of items) {
    const ports = JSON.parse(metadata.annotations?.['node.devcluster.io/ports'] ?? '{}') as Record<string, number>;
    if (ports['8080'] !== undefined) return { name: metadata.name, port: ports['8080'] };
  }
  throw new Error('No pod of a gateway with a port of its own: is this the cluster of npm start?');
}

const grant = await issue();
const listed = await request(`${gatewayUrl}/k8s/api/v1/namespaces/gateway-example/pods`, {
  headers: { authorization: `Bearer ${grant.token}` },
});
const pod = portOf((await listed.body.json()) as Pods);
const target = `/api/v1/namespaces/gateway-example/pods/${pod.name}`;
const gateway = new Pool(`http://127.0.0.1:${pod.port}`, { connections: CONNECTIONS });
try {
  for (const concurrency of [1, CONNECTIONS]) {
    const ratios: number[] = [];
    for (let round = 0; round < ROUNDS; round++) {
      const a = await load(direct, target, token, concurrency);
      const b = await load(gateway, `/k8s${target}`, grant.token, concurrency);
      ratios.push(b.rate / a.rate);
      console.log(JSON.stringify({ concurrency, round, direct: a, gateway: b }));
    }
    console.log(JSON.stringify({ concurrency, medianRateRatio: Number(median(ratios).toFixed(3)) }));
  }
} finally {
  await request(`${gatewayUrl}/api/v1/namespaces/gateway-example/gatetokens/${grant.name}`, {
    method: 'DELETE',
    headers: { authorization: `Bearer ${token}` },
    dispatcher: new Agent({ keepAliveTimeout: 1 }),
  });
  await Promise.all([direct.close(), gateway.close()]);
}
