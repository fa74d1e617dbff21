import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { request as secureRequest } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { isKubeError, type KubeObject, OwnClient, types, Upstream } from '#libs/kube';
import { startApiServer } from '../apiserver/server.js';
import { start as startControllers } from '../controllers/index.js';
import { start as startIngress, type Running } from '../ingress/index.js';
import { start as startNode } from '../node/index.js';
import { writeKubeconfig, writeTokens } from './credentials.js';
import { DataFolder } from './data-folder.js';
import { Parts } from './parts.js';
import { readState } from './state.js';

const IMAGE = 'example.org/web:1';
const NAMESPACE = 'web';
/**
 * It goes on serving for a second after SIGTERM, as a program on Kubernetes must: requests arrive until every proxy has heard
 * that the endpoint is gone.
 */
const PROGRAM = `
import { createServer } from 'node:http';
import { readFileSync } from 'node:fs';
const [host, port] = process.env.LISTEN.split(':');
const token = readFileSync(process.env.SERVICE_ACCOUNT_DIR + '/token', 'utf8');
const server = createServer((req, res) => {
  if (req.url === '/crash') process.exit(3);
  res.setHeader('content-type', 'application/json');
  res.end(JSON.stringify({ color: process.env.COLOR, pod: process.env.POD, token: token.split('.').length, headers: req.headers }));
});
server.on('upgrade', (req, socket) => {
  socket.write('HTTP/1.1 101 Switching Protocols\\r\\nConnection: Upgrade\\r\\nUpgrade: websocket\\r\\n\\r\\n');
  socket.pipe(socket);
});
server.listen(Number(port), host, () => console.log('listening as', process.env.COLOR));
process.on('SIGTERM', () => { console.log('bye'); setTimeout(() => process.exit(0), 1000); });
`;

const folder = new DataFolder(mkdtempSync(join(tmpdir(), 'devcluster-')));
const parts = new Parts((error) => {
  throw error;
});
let client: OwnClient;
let ingress: Running;

beforeAll(async () => {
  const program = folder.at('web.mjs');
  writeFileSync(program, PROGRAM);
  const state = readState(folder);
  writeTokens(folder, 'apiserver', state);
  const api = await parts.add(startApiServer({ data: folder.at('apiserver'), port: 0 }));
  const kubeconfig = writeKubeconfig(folder, state, `https://127.0.0.1:${api.port}`, readFileSync(api.pki.ca, 'utf8'));
  const upstream = Upstream.fromKubeconfig(kubeconfig);
  await parts.add(Promise.resolve({ stop: () => upstream.close() }));
  client = new OwnClient(upstream);
  const fallback = { namespace: NAMESPACE, service: { name: 'web', port: { number: 80 } } };
  const ports = { port: 0, httpsPort: 0 };
  const passed = fallback;
  ingress = await parts.add(startIngress({ kubeconfig, data: folder.at('ingress'), ...ports, fallback, passed }));
  await parts.add(
    startNode({
      kubeconfig,
      data: folder.at('node'),
      logs: folder.at('logs', 'pods'),
      images: new Map([[IMAGE, program]]),
    }),
  );
  await parts.add(startControllers({ kubeconfig }));
  await client.create(types.namespaces, { metadata: { name: NAMESPACE } });
});

afterAll(async () => {
  await parts.stop();
  rmSync(folder.path, { recursive: true, force: true });
});

interface Pod extends KubeObject {
  status?: {
    phase?: string;
    containerStatuses?: { restartCount: number; state: { waiting?: { reason: string } } }[];
    conditions?: { type: string; status: string }[];
  };
}

interface Workload extends KubeObject {
  spec: object;
  status?: { availableReplicas?: number; updatedReplicas?: number; replicas?: number; conditions?: object[] };
}

function deployment(color: string, image = IMAGE, name = 'web'): Workload {
  const labels = { app: name };
  const probe = { httpGet: { path: '/', port: 'http' } };
  const env = [
    { name: 'COLOR', value: color },
    { name: 'POD', valueFrom: { fieldRef: { fieldPath: 'metadata.name' } } },
  ];
  const container = { name: 'web', image, env, ports: [{ name: 'http', containerPort: 8080 }], readinessProbe: probe };
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name, namespace: NAMESPACE },
    spec: {
      replicas: 2,
      selector: { matchLabels: labels },
      template: { metadata: { labels }, spec: { containers: [container], terminationGracePeriodSeconds: 5 } },
    },
  };
}

const service: KubeObject & { spec: object } = {
  metadata: { name: 'web', namespace: NAMESPACE },
  spec: { selector: { app: 'web' }, ports: [{ name: 'http', port: 80, targetPort: 'http' }] },
};

const apply = (object: KubeObject, type = types.deployments): Promise<KubeObject> =>
  client.apply(type, object, { fieldManager: 'test', force: true });

const pods = async (app = 'web'): Promise<Pod[]> =>
  (await client.list<Pod>(types.pods, NAMESPACE, { labelSelector: `app=${app}` })).items;

async function available(): Promise<void> {
  await expect
    .poll(async () => (await client.get<Workload>(types.deployments, 'web', NAMESPACE)).status)
    .toMatchObject({ availableReplicas: 2, updatedReplicas: 2, replicas: 2 });
}

interface Answer {
  code: number;
  body: { color: string; pod: string; token: number; headers: Record<string, string> };
}

function get(path = '/', headers: Record<string, string> = {}): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const sent = request({ host: '127.0.0.1', port: ingress.port, path, headers, agent: false }, (response) => {
      let text = '';
      response.on('data', (chunk: Buffer) => (text += chunk.toString()));
      response.on('end', () => {
        const { statusCode: code = 0 } = response;
        resolve({ code, body: JSON.parse(code === 200 ? text : '{}') as Answer['body'] });
      });
    });
    sent.on('error', reject).end();
  });
}

test('a Deployment becomes processes that the ingress reaches', async () => {
  await client.create(types.services, service);
  expect((await get()).code).toBe(503);
  await apply(deployment('green'));
  await available();
  const { code, body } = await get('/', { 'x-forwarded-for': '192.0.2.1', host: `localhost:${ingress.port}` });
  expect(code).toBe(200);
  expect(body.color).toBe('green');
  expect(body.token).toBe(3);
  expect(body.headers).toMatchObject({
    'x-forwarded-for': '192.0.2.1, 127.0.0.1',
    'x-forwarded-proto': 'http',
    'x-forwarded-host': `localhost:${ingress.port}`,
    host: `localhost:${ingress.port}`,
  });
});

test('both pods get their share', async () => {
  await expect.poll(async () => new Set([(await get()).body.pod, (await get()).body.pod]).size).toBe(2);
});

test('an upgrade passes, bytes both ways', async () => {
  const echoed = await new Promise<string>((resolve, reject) => {
    const headers = { connection: 'Upgrade', upgrade: 'websocket', host: 'localhost' };
    const sent = request({ host: '127.0.0.1', port: ingress.port, headers, agent: false });
    sent.on('upgrade', (_, socket) => {
      socket.on('data', (chunk: Buffer) => (resolve(chunk.toString()), socket.destroy()));
      socket.write('hello');
    });
    sent.on('error', reject).end();
  });
  expect(echoed).toBe('hello');
});

test('the log is served by way of the API server', async () => {
  const [pod] = await pods();
  const path = `/api/v1/namespaces/${NAMESPACE}/pods/${pod?.metadata.name}/log?tailLines=1`;
  const response = await client.request('GET', path);
  expect(await response.body.text()).toBe('listening as green\n');
});

test('nobody but the API server gets a log from the node', async () => {
  const { status } = await client.get<
    KubeObject & { status: { daemonEndpoints: { kubeletEndpoint: { Port: number } } } }
  >(types.nodes, 'local');
  const [pod] = await pods();
  const path = `/containerLogs/${NAMESPACE}/${pod?.metadata.name}/web`;
  const { Port: port } = status.daemonEndpoints.kubeletEndpoint;
  const code = await new Promise((resolve, reject) => {
    const sent = secureRequest({ host: '127.0.0.1', port, path, rejectUnauthorized: false, agent: false });
    sent.on('response', (response) => (response.resume(), resolve(response.statusCode)));
    sent.on('error', reject).end();
  });
  expect(code).toBe(401);
});

test('a process that dies is started again', async () => {
  await get('/crash').catch(() => undefined);
  await expect
    .poll(async () => (await pods()).map(({ status }) => status?.containerStatuses?.[0]?.restartCount).sort())
    .toEqual([0, 1]);
  await available();
});

test('another template rolls out without a gap', async () => {
  let gaps = 0;
  let rolling = true;
  const asking = (async () => {
    while (rolling) if ((await get()).code !== 200) gaps += 1;
  })();
  await apply(deployment('blue'));
  await expect.poll(async () => (await pods()).length).toBe(2);
  await available();
  await expect.poll(async () => (await get()).body.color).toBe('blue');
  rolling = false;
  await asking;
  expect(gaps).toBe(0);
});

test('an image that nobody knows is said, not run', async () => {
  await apply(deployment('red', 'example.org/nobody:1', 'unknown'));
  await expect
    .poll(async () => (await pods('unknown'))[0]?.status?.containerStatuses?.[0]?.state.waiting?.reason)
    .toBe('ErrImagePull');
});

test('what a Deployment owned goes with it', async () => {
  await client.delete(types.deployments, 'unknown', NAMESPACE, { propagationPolicy: 'Foreground' });
  await expect
    .poll(
      () => client.get(types.deployments, 'unknown', NAMESPACE).catch((error: unknown) => isKubeError(error, 404)),
      {
        timeout: 10_000,
      },
    )
    .toBe(true);
  expect(await pods('unknown')).toEqual([]);
});

test('a namespace is emptied and goes', async () => {
  await client.delete(types.namespaces, NAMESPACE);
  await expect
    .poll(() => client.get(types.namespaces, NAMESPACE).catch((error: unknown) => isKubeError(error, 404)))
    .toBe(true);
});
