/**
 * What the list of many VMs costs: bytes and time of GET /api/v1/namespaces/NS/vms, compressed as browsers ask for it and plain.
 *
 *     KUBECONFIG=.local/kubeconfig node bench/vms.ts [VMS] [GATEWAY_URL]
 *
 * Needs a running `npm start`. Makes VMS (default 2000) VMs that are switched off in a namespace of its own, and deletes them.
 * Prints a line of JSON for each encoding: bytes of the body on the wire, and the median and slowest time of 10 requests in ms.
 */
import { Pool } from 'undici';
import { benchedServer } from './lib/api-server.ts';

const ROUNDS = 10;
const AT_ONCE = 32;
const NAMESPACE = 'bench-vms';

const { pool: api, headers: asUser, ask } = benchedServer(AT_ONCE);
const gateway = new Pool(process.argv[3] ?? 'http://localhost:8080', { connections: 1 });
const count = Number(process.argv[2] ?? 2000);
const { authorization } = asUser;

const VMS = `/apis/kubevirt.io/v1/namespaces/${NAMESPACE}/virtualmachines`;
const template = {
  spec: {
    domain: {
      cpu: { cores: 2 },
      memory: { guest: '4Gi' },
      devices: {
        disks: [{ name: 'root', disk: { bus: 'virtio' } }],
        interfaces: [{ name: 'default', masquerade: {} }],
      },
    },
    networks: [{ name: 'default', pod: {} }],
    volumes: [{ name: 'root', containerDisk: { image: 'registry.example/disk:1' } }],
  },
};
const vm = (index: number): object => ({
  apiVersion: 'kubevirt.io/v1',
  kind: 'VirtualMachine',
  metadata: { name: `bench-${String(index).padStart(5, '0')}`, labels: { app: 'bench' } },
  spec: { runStrategy: 'Halted', template },
});

async function makeAll(): Promise<void> {
  let next = 0;
  const worker = async (): Promise<void> => {
    while (next < count) await ask('POST', VMS, vm(next++));
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
}

/** @returns bytes of the body as sent, how it is encoded, and how long it took */
async function list(encoding: string): Promise<{ bytes: number; encoded: string; ms: number }> {
  const started = performance.now();
  const headers = { authorization, 'accept-encoding': encoding };
  const answer = await gateway.request({ method: 'GET', path: `/api/v1/namespaces/${NAMESPACE}/vms`, headers });
  const body = await answer.body.bytes();
  if (answer.statusCode !== 200) throw new Error(`The list was answered with ${answer.statusCode}`);
  const encoded = String(answer.headers['content-encoding'] ?? 'none');
  return { bytes: body.length, encoded, ms: performance.now() - started };
}

await ask('POST', '/api/v1/namespaces', { metadata: { name: NAMESPACE } });
try {
  await makeAll();
  for (const encoding of ['gzip, deflate, br', 'identity']) {
    const rounds = [];
    for (let round = 0; round < ROUNDS; round++) rounds.push(await list(encoding));
    const times = rounds.map(({ ms }) => Math.round(ms)).sort((a, b) => a - b);
    const { bytes, encoded } = rounds[0] ?? {};
    console.log(JSON.stringify({ vms: count, encoded, bytes, medianMs: times[ROUNDS / 2], slowestMs: times.at(-1) }));
  }
} finally {
  await ask('DELETE', `/api/v1/namespaces/${NAMESPACE}`);
  await Promise.all([api.close(), gateway.close()]);
}
