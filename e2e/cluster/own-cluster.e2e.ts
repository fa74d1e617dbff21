import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { freePort } from '../../apps/devcluster/process/free-port.js';
import { type Kubevirt, start as startKubevirt } from '../../apps/devcluster/kubevirt/index.js';
import { type ApiServer, startApiServer } from '../support/api-server.js';
import { cluster } from '../support/cluster.js';
import { ConsoleSocket } from '../support/console-socket.js';
import { cookiesOf } from '../support/gateway.js';
import { type Ran, run, shellEnvironment } from '../support/kubectl.js';
import { Launched } from '../support/launched.js';
import { until } from '../support/until.js';

const OBJECTS = `
apiVersion: kubevirt.io/v1
kind: VirtualMachine
metadata: { name: demo }
spec: { runStrategy: Always, template: { spec: { domain: { devices: {} } } } }
---
apiVersion: kubegateway.kubevirt.io/v1beta1
kind: GateToken
metadata: { name: guest }
spec: { vm: demo, duration: 1h, secret-name: npm-start-jwt-secret }
`;

/** kubectl does not make a rule of resources that an aggregated API does not list. */
const CONSOLES = `
apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata: { name: consoles }
rules:
  - apiGroups: [subresources.kubevirt.io]
    resources: [virtualmachineinstances/vnc, virtualmachineinstances/console]
    verbs: [get]
`;

/** A user's own cluster: an API server with KubeVirt, without the embedded node and ingress. */
describe('npm start on your own cluster', () => {
  const folder = mkdtempSync(join(tmpdir(), 'kube-gateway-own-'));
  let server: ApiServer;
  /** KubeVirt in small, as the launcher starts it: machines and the aggregated API. */
  let kubevirt: Kubevirt | undefined;
  let launched: Launched | undefined;

  const own = (...args: string[]): Promise<Ran> =>
    run('kubectl', args, {
      env: { ...shellEnvironment(), KUBECONFIG: server.kubeconfig, KUBECACHEDIR: join(folder, 'cache') },
    });
  const start = (...args: string[]): Promise<Ran> =>
    run(process.execPath, ['dist/apps/devcluster/main.js', '--data', join(folder, 'data'), ...args], {
      env: process.env,
    });

  beforeAll(async () => {
    server = await startApiServer(cluster().kind, join(folder, 'server'));
    expect(await own('create', 'namespace', 'team')).toMatchObject({ code: 0 });
  });

  afterAll(async () => {
    await launched?.stop();
    await kubevirt?.stop();
    await server.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  const bind = (role: string): string[] => [
    'create',
    'rolebinding',
    role,
    `--role=${role}`,
    '--serviceaccount=team:dev',
  ];

  const broken = (server = 'https://127.0.0.1:1'): string => {
    const file = join(folder, 'unreachable');
    const config = {
      clusters: [{ name: 'c', cluster: { server } }],
      contexts: [{ name: 'admin', context: { cluster: 'c', user: '' } }],
      'current-context': 'admin',
    };
    writeFileSync(file, JSON.stringify(config));
    return file;
  };

  it.each([
    ['a kubeconfig that is not there', () => ['--kubeconfig', '/nowhere'], /nowhere/],
    ['a context that it does not have', () => ['--kubeconfig', server.kubeconfig, '--context', 'moon'], /"moon"/],
    ['a cluster that does not answer', () => ['--kubeconfig', broken()], /ECONNREFUSED/],
    ['a server that is not a URL', () => ['--kubeconfig', broken('127.0.0.1:1')], /unreachable: server .* not a URL/],
    ['a cluster without KubeVirt', () => ['--kubeconfig', server.kubeconfig], /Install KubeVirt/],
  ])('says in one line that it cannot use %s', async (_, args, message) => {
    const ran = await start('--port', `${await freePort()}`, ...args());
    expect(ran).toMatchObject({ code: 1, stderr: expect.stringMatching(message) as string });
    expect(ran.stderr.trim().split('\n')).toHaveLength(1);
  });

  it('runs operator and gateway here: a link signed by the one opens a console through the other', async () => {
    kubevirt = await startKubevirt({ kubeconfig: server.kubeconfig });
    const on = { kubeconfig: server.kubeconfig, context: 'admin' };
    launched = await Launched.start({ data: join(folder, 'data'), port: await freePort(), on });
    writeFileSync(join(folder, 'objects.yaml'), OBJECTS);
    expect(await own('apply', '-f', join(folder, 'objects.yaml'))).toMatchObject({ code: 0 });
    const vm = ['virtualmachine/demo', '--for=condition=Ready', '--timeout=60s'];
    expect(await own('wait', ...vm)).toMatchObject({ code: 0 });
    const token = await until('a signed GateToken', async () => {
      const { stdout } = await own('get', 'gatetoken', 'guest', '-o', 'jsonpath={.status.token}');
      return stdout || undefined;
    });
    const link = await fetch(`${launched.url}/auth/jwt/set?token=${token}`, { redirect: 'manual' });
    expect(link.status).toBe(302);
    const path = '/k8s/apis/subresources.kubevirt.io/v1/namespaces/team/virtualmachineinstances/demo/vnc';
    const headers = { cookie: cookiesOf(link), origin: launched.url };
    const screen = await ConsoleSocket.open(path, headers, undefined, launched.url);
    await until('the greeting of RFB', () => screen.text() === 'RFB 003.008\n');
    await screen.close();
  }, 180_000);

  it('checks there who issues a grant: there is no admission webhook (security row 13)', async () => {
    const condition = '{.status.conditions[?(@.type=="IssuersChecked")].reason}';
    expect((await own('get', 'gateserver', 'npm-start', '-o', `jsonpath=${condition}`)).stdout).toBe('NoWebhook');
    const role = [
      'create',
      'role',
      'issuer',
      '--verb=create,get,list,delete',
      '--resource=gatetokens.kubegateway.kubevirt.io',
    ];
    for (const args of [['create', 'serviceaccount', 'dev'], role, bind('issuer')])
      expect(await own(...args)).toMatchObject({ code: 0 });
    const bearer = (await own('create', 'token', 'dev')).stdout.trim();
    const ask = async (path = '', body?: object) => {
      const headers = { authorization: `Bearer ${bearer}`, 'content-type': 'application/json' };
      const sent = body ? { method: 'POST', body: JSON.stringify(body) } : {};
      const response = await fetch(`${launched?.url}/api/v1/namespaces/team/gatetokens${path}`, { headers, ...sent });
      return (await response.json()) as object;
    };
    const user = 'system:serviceaccount:team:dev';
    const message = `user ${user} cannot get virtualmachineinstances/vnc in namespace team (name: demo): a link cannot give more than its issuer has. Ask an administrator for this permission, or remove it from the grant.`;
    expect(await ask('', { vm: 'demo' })).toMatchObject({ code: 403, message });
    expect(await ask('/check', { vm: 'demo' })).toMatchObject({ allowed: false, problems: [message] });
    writeFileSync(join(folder, 'consoles.yaml'), CONSOLES);
    expect(await own('apply', '-f', join(folder, 'consoles.yaml'))).toMatchObject({ code: 0 });
    expect(await own(...bind('consoles'))).toMatchObject({ code: 0 });
    expect(await ask('', { vm: 'demo', name: 'by-rest' })).toHaveProperty('gatetoken.issuer', user);
    const { items } = (await ask()) as { items: { name: string; issuer?: string }[] };
    expect(items.map(({ name, issuer }) => [name, issuer])).toEqual([
      ['by-rest', user],
      ['guest', undefined],
    ]);
  });

  it('needs no pod for it', async () => {
    const { stdout } = await own('get', 'pods', '-A', '-o', 'name');
    expect(stdout).toBe('');
    expect(await own('get', 'gateserver', 'npm-start')).toMatchObject({
      stdout: expect.stringContaining('Ready') as string,
    });
  });

  it('leaves no credential of the cluster behind', async () => {
    const tokens = ['operator', 'gateway'].map((name) => join(folder, 'data', name, 'serviceaccount', 'token'));
    expect(tokens.filter((file) => existsSync(file))).toEqual(tokens);
    await launched?.stop();
    expect(tokens.filter((file) => existsSync(file))).toEqual([]);
  });
});
