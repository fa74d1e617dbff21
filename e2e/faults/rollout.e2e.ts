import { Agent } from 'node:http';
import { type Browser } from 'playwright';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { API_VERSION, type GateServer, type GateToken, type IssueResponse } from '#libs/api';
import { isKubeError, type KubeObject, types } from '#libs/kube';
import { ConsolePage } from '../pages/console-page.js';
import { adminClient } from '../support/admin.js';
import { freshProfile, launchBrowser } from '../support/browser.js';
import { cluster } from '../support/cluster.js';
import { ConsoleSocket } from '../support/console-socket.js';
import { bearer, json } from '../support/gateway.js';
import { kubectlOk } from '../support/kubectl.js';
import { LaggingService } from '../support/lagging-service.js';
import { type Ask, Load, type Way } from '../support/load.js';
import { until } from '../support/until.js';
import { VncViewer } from '../support/vnc.js';

const admin = adminClient();
const namespace = 'rollout';
const NAME = 'gate';
const REPLICAS = 2;
const PER_SECOND = 30;
/** How long a change of the endpoints takes to reach every node: a second or two where there are many. */
const LAG_MS = 2000;
const CONSOLES = `/k8s/apis/subresources.kubevirt.io/v1/namespaces/${namespace}/virtualmachineinstances`;

const port = (): number => Number(new URL(cluster().url).port);
const host = (): string => `gate.rollout.localhost:${port()}`;
const own = <T extends KubeObject>(kind: string, name: string, spec: object) =>
  ({ apiVersion: API_VERSION, kind, metadata: { name, namespace }, spec }) as unknown as T;

let browser: Browser;
let service: LaggingService;

beforeAll(async () => {
  browser = await launchBrowser();
  await admin.create(types.namespaces, { metadata: { name: namespace } });
  const server = { route: 'gate.rollout.localhost', 'public-urls': [`http://${host()}`], replicas: REPLICAS };
  await admin.create(types.gateServers, own<GateServer>('GateServer', NAME, { ...server, expose: 'ingress' }));
  const spec = { runStrategy: 'Always', template: { spec: { domain: { devices: {} } } } };
  for (const name of ['demo', 'other'])
    await admin.create(types.virtualMachines, { metadata: { name, namespace }, spec });
  await until(
    'the GateServer is Ready',
    async () => (await admin.get<GateServer>(types.gateServers, NAME, namespace)).status?.phase === 'Ready',
    60_000,
  );
  service = await LaggingService.start(admin, { namespace, name: NAME, port: 8080, lagMs: LAG_MS });
  await until('connections go to both replicas', () => service.size === REPLICAS);
});

afterAll(async () => {
  await browser?.close();
  await service?.stop();
  await admin.delete(types.namespaces, namespace);
  const isGone = (error: unknown): boolean => isKubeError(error, 404);
  await until('the namespace is gone', () => admin.get(types.namespaces, namespace).then(() => false, isGone), 60_000);
});

async function podNames(): Promise<string[]> {
  const labelSelector = `app.kubernetes.io/instance=${NAME}`;
  const { items } = await admin.list<KubeObject>(types.pods, namespace, { labelSelector });
  return items.map(({ metadata }) => metadata.name ?? '');
}

/** A JWT for scripts, and the code of a link. */
async function grants(): Promise<{ jwt: string; code: string; link: string }> {
  const urls = [`/api/v1/namespaces/${namespace}/pods`, `${CONSOLES.slice('/k8s'.length)}/*`];
  await admin.create(types.gateTokens, own<GateToken>('GateToken', 'script', { urls, duration: '30m' }));
  const signed = async (): Promise<string | undefined> =>
    (await admin.get<GateToken>(types.gateTokens, 'script', namespace)).status?.token;
  const jwt = await until('the token is signed', signed, 60_000);
  const response = await fetch(`${cluster().url}/api/v1/namespaces/${namespace}/gatetokens`, {
    method: 'POST',
    headers: { ...bearer('admin'), ...json },
    body: JSON.stringify({ vm: 'demo', duration: '30m' }),
  });
  const { link = '' } = (await response.json()) as IssueResponse;
  return { jwt, code: new URL(link).hash.slice(1), link };
}

/** By the route and by the Service; each with a connection of its own for every request, and with connections that are kept. */
function ways(): Way[] {
  const route = { host: '127.0.0.1', port: port() };
  const cluster = { host: 'gate', port: 8080 };
  const kept = { keepAlive: true, scheduling: 'fifo' } as const; // All that are kept are used in turn.
  return [
    { name: 'route', ...route, agent: new Agent() },
    { name: 'route, kept alive', ...route, agent: new Agent(kept) },
    { name: 'Service', ...cluster, agent: service.agent({}) },
    { name: 'Service, kept alive', ...cluster, agent: service.agent(kept) },
  ];
}

function asks({ jwt, code }: { jwt: string; code: string }): Ask[] {
  const signedIn = { host: host(), ...bearer('admin') };
  const look = { host: host(), origin: `http://${host()}`, ...json };
  return [
    { path: '/login', headers: { host: host() } },
    { path: '/api/v1/session', headers: signedIn },
    { path: `/api/v1/namespaces/${namespace}/vms`, headers: signedIn },
    { path: `/k8s/api/v1/namespaces/${namespace}/pods`, headers: { host: host(), authorization: `Bearer ${jwt}` } },
    { path: '/l', method: 'POST', headers: look, body: JSON.stringify({ code }) },
  ];
}

/** On the screen of the other machine. */
function viewer(headers: Record<string, string>): Promise<VncViewer> {
  return VncViewer.connect(`${cluster().url.replace('http', 'ws')}${CONSOLES}/other/vnc`, { headers });
}

describe('kubectl rollout restart under load', () => {
  it('fails no request, and each console ends with 1001 and opens again', async () => {
    const granted = await grants();
    const authorization = { host: host(), authorization: `Bearer ${granted.jwt}` };
    const open = (): Promise<ConsoleSocket> => ConsoleSocket.open(`${CONSOLES}/demo/console`, authorization);
    const stalled = await until('the machine runs', () => viewer(authorization), 60_000);
    stalled.socket.pause();
    const serial = await open();
    const page = await (await freshProfile(browser)).newPage();
    const screen = new ConsolePage(page);
    await screen.open(granted.link);
    await page.getByRole('button').first().click();
    await screen.connected();

    const former = await podNames();
    const used = ways();
    const load = new Load(used, asks(granted), PER_SECOND);
    await until('there is load', () => load.sent > 2 * PER_SECOND);
    const from = performance.now();
    await kubectlOk(`-n ${namespace} rollout restart deploy/${NAME}`);
    const reopened = serial.closed.then(async ({ code }) => ({ code, again: await open() }));
    const lost = until(
      'the console page has lost its replica',
      async () => (await screen.state()) !== 'connected',
      90_000,
    );
    await kubectlOk(`-n ${namespace} rollout status deploy/${NAME} --timeout=120s`, { timeoutMs: 130_000 });
    const isGone = async (): Promise<boolean> => (await podNames()).every((name) => !former.includes(name));
    await until('the former pods are gone', isGone, 60_000);
    const seconds = Math.round((performance.now() - from) / 1000);
    await load.stop();
    for (const { agent } of used) agent.destroy();
    console.log(`restarted in ${seconds} s: ${load.sent} requests, ${load.failures.length} failed`);

    expect(load.failures).toEqual([]);
    const { code, again } = await reopened;
    expect(code).toBe(1001);
    await again.close();
    await lost;
    await screen.connected();
    stalled.socket.terminate();
  }, 240_000);
});
