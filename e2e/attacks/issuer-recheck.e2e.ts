import { type Page } from 'playwright';
import { request } from 'undici';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { API_VERSION, type GateServer, type GateToken } from '#libs/api';
import { isKubeError, type KubeObject, types } from '#libs/kube';
import { linkHash, newCode, sealOf, SecretKey } from '#libs/token';
import { ConsolePage } from '../pages/console-page.js';
import { accessibilityProblems } from '../support/accessibility.js';
import { adminClient } from '../support/admin.js';
import { useBrowser } from '../support/browser.js';
import { cluster } from '../support/cluster.js';
import { ConsoleSocket } from '../support/console-socket.js';
import { json } from '../support/gateway.js';
import { kubectlOk } from '../support/kubectl.js';
import { until } from '../support/until.js';

const namespace = 'issuer';
const RECHECK_MS = 5000;
/** What a cut may take beyond the interval. */
const BEYOND_MS = 5000;
const LOST = 'The person who issued this link no longer has access';
const VMI = `/apis/subresources.kubevirt.io/v1/namespaces/${namespace}/virtualmachineinstances`;
const BINDING = 'ren-consoles';

const admin = adminClient();
const newPage = useBrowser();
/** Browsers know that it is loopback; Node asks the resolver of the machine. */
const host = (): string => `gate.issuer.localhost:${new URL(cluster().url).port}`;
const url = (): string => `http://${host()}`;

const bind = (): Promise<string> =>
  kubectlOk(`create rolebinding ${BINDING} --role=consoles --user=ren -n ${namespace}`);
const unbind = (): Promise<string> => kubectlOk(`delete rolebinding ${BINDING} -n ${namespace}`);

beforeAll(async () => {
  await admin.create(types.namespaces, { metadata: { name: namespace } });
  const spec = { route: 'gate.issuer.localhost', 'public-urls': [url()], 'issuer-recheck': '5s', expose: 'ingress' };
  const server = { apiVersion: API_VERSION, kind: 'GateServer', metadata: { name: 'gate', namespace }, spec };
  await admin.create(types.gateServers, server as unknown as GateServer);
  const machine = { runStrategy: 'Always', template: { spec: { domain: { devices: {} } } } };
  await admin.create(types.virtualMachines, { metadata: { name: 'demo', namespace }, spec: machine } as KubeObject);
  const resources = ['virtualmachineinstances/vnc', 'virtualmachineinstances/console'];
  const rules = [{ apiGroups: ['subresources.kubevirt.io'], resources, verbs: ['get'] }];
  await admin.create(types.roles, { metadata: { name: 'consoles', namespace }, rules } as KubeObject);
  await kubectlOk(`create rolebinding ren-issuer --clusterrole=kube-gateway-issuer --user=ren -n ${namespace}`);
  await bind();
  const isReady = async () => (await admin.get<GateServer>(types.gateServers, 'gate', namespace)).status?.phase;
  await until('the GateServer is Ready', async () => (await isReady()) === 'Ready', 60_000);
});

afterAll(async () => {
  await admin.delete(types.namespaces, namespace);
  const isGone = (error: unknown): boolean => isKubeError(error, 404);
  await until('the namespace is gone', () => admin.get(types.namespaces, namespace).then(() => false, isGone), 60_000);
});

/** Makes a grant as ren. Where no webhook seals who made it, it is sealed as the gateway of the namespace would. */
async function issue(name: string, more: object = {}): Promise<GateToken> {
  const issuer = { username: 'ren', groups: ['system:authenticated'] };
  const token = {
    apiVersion: API_VERSION,
    kind: 'GateToken',
    metadata: { name, namespace },
    spec: { vm: 'demo', duration: '10m', ...more, issuer },
  } as unknown as GateToken;
  const secret = await admin.get<KubeObject & { data: { key: string } }>(types.secrets, 'gate-session', namespace);
  const key = Buffer.from(Buffer.from(secret.data.key, 'base64').toString(), 'base64');
  const seal = sealOf(new SecretKey(key), token, Math.floor(Date.now() / 1000));
  const sealed = { ...token, spec: { ...token.spec, issuer: { ...issuer, seal } } };
  const input = JSON.stringify(sealed);
  await kubectlOk('create -f - --as=ren', { input });
  return until(`${name} is Ready and its issuer is proven`, async () => {
    const found = await admin.get<GateToken>(types.gateTokens, name, namespace);
    return found.status?.phase === 'Ready' && found.status.issuer === 'ren' ? found : undefined;
  });
}

async function redeem(code: string): Promise<{ status: number; cookie: unknown; text: string }> {
  const body = JSON.stringify({ code, redeem: true });
  const headers = { ...json, host: host(), origin: url() };
  const {
    statusCode: status,
    headers: answered,
    body: text,
  } = await request(`${cluster().url}/l`, { method: 'POST', headers, body });
  return { status, cookie: answered['set-cookie'], text: await text.text() };
}

async function picture(page: Page, name: string): Promise<void> {
  const folder = process.env['SCREENSHOTS'];
  if (folder === undefined) return;
  for (const width of [1280, 390]) {
    await page.setViewportSize({ width, height: 800 });
    await page.screenshot({ path: `${folder}/${name}-${width}.png` });
  }
}

it('whose RoleBinding is removed gives nothing any more, and gives it again when it is back (security row 13)', async () => {
  const code = newCode();
  await issue('link', { 'link-hash': linkHash(code) });
  const { token = '' } = (await issue('script')).status ?? {};
  const console = new ConsolePage(await newPage());
  await console.open(`${url()}/l#${code}`);
  await console.page.getByRole('button', { name: 'Open console' }).click();
  await console.connected();
  const headers = { authorization: `Bearer ${token}`, host: host() };
  const open = (kind: string) => ConsoleSocket.open(`/k8s${VMI}/demo/${kind}`, headers, []);
  const script = await open('console');

  await unbind();
  const from = performance.now();
  expect(await script.closed).toEqual({ code: 4008, reason: `${LOST}.` });
  await console.page.getByRole('heading', { name: LOST }).waitFor();
  expect(performance.now() - from).toBeLessThan(RECHECK_MS + BEYOND_MS);
  expect(await accessibilityProblems(console.page)).toEqual([]);
  await picture(console.page, 'console');

  expect(await redeem(code)).toMatchObject({
    status: 403,
    cookie: undefined,
    text: expect.stringContaining(LOST) as string,
  });
  expect((await (await open('vnc')).closed).code).toBe(4008);
  const landing = await newPage();
  await landing.goto(`${url()}/l#${code}`);
  await landing.getByRole('heading', { name: LOST }).waitFor();
  expect(await accessibilityProblems(landing)).toEqual([]);
  await picture(landing, 'landing');

  await bind();
  await until('the link is redeemed again', async () => (await redeem(code)).status === 200, RECHECK_MS + BEYOND_MS);
  await console.page.reload();
  await console.connected();
}, 120_000);
