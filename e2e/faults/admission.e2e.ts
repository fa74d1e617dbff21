import { afterAll, expect, it } from 'vitest';
import { type GateToken, type GateTokenView } from '#libs/api';
import { types } from '#libs/kube';
import { adminClient, createToken, revokeToken } from '../support/admin.js';
import { scaleOperator } from '../support/between.js';
import { cluster } from '../support/cluster.js';
import { ConsoleSocket } from '../support/console-socket.js';
import { bearer, consoleSocketPath, gateway, issue, json, look, redeem } from '../support/gateway.js';
import { kubectl, kubectlFails, kubectlOk } from '../support/kubectl.js';
import { gatetoken } from '../support/manifests.js';
import { until } from '../support/until.js';

const admin = adminClient();
const input = (name: string): string => gatetoken(name, { vm: 'demo', duration: '10m' });

afterAll(async () => {
  await scaleOperator(admin, 1);
  await kubectl('delete gatetokens --all');
});

it('without an operator nothing is issued, links and consoles go on, and revoking and deleting work', async () => {
  const [kept, revoked, deleted] = await Promise.all([1, 2, 3].map(() => issue({ vm: 'demo', duration: '10m' })));
  const links = [kept, revoked, deleted].map((issued) => issued?.link ?? '') as [string, string, string];
  const { cookie } = await redeem(links[0]);
  const socket = await ConsoleSocket.open(consoleSocketPath('demo', 'console'), { cookie });
  await scaleOperator(admin, 0);

  const told = await kubectlFails('create -f -', { context: 'dev', input: input('closed') });
  expect(told).toContain('failed calling webhook "issue.gatetokens.kubegateway.kubevirt.io"');
  expect(await kubectlFails('get gatetoken closed')).toContain('not found');
  for (const path of ['', '/check']) {
    const response = await gateway(`/api/v1/namespaces/${cluster().namespace}/gatetokens${path}`, {
      ...{ method: 'POST', headers: { ...bearer('dev'), ...json } },
      body: JSON.stringify({ vm: 'demo', duration: '10m' }),
    });
    expect([response.status, await response.text()]).toEqual([503, expect.stringContaining('kube-gateway-operator')]);
  }
  const server = JSON.stringify({ spec: { replicas: 1 } });
  expect(await kubectlFails(`patch gs gateserver-sample --type=merge -p ${server}`)).toContain(
    'failed calling webhook',
  );

  await revokeToken(admin, revoked?.gatetoken.name ?? '');
  await until('the revoked link is over', async () => (await look(links[1])) === 410);
  await admin.delete(types.gateTokens, deleted?.gatetoken.name ?? '', cluster().namespace);
  await until('the deleted link is over', async () => (await look(links[2])) !== 200);
  expect(await look(links[0])).toBe(200);
  const before = socket.text().length;
  socket.send('\r');
  await until('the console answers', () => socket.text().length > before);
  await socket.close();

  await scaleOperator(admin, 1);
  await kubectlOk('create -f -', { context: 'dev', input: input('open-again') });
});

it('without an operator links, JWTs and consoles end on time (security row 10)', async () => {
  const duration = '25s';
  const [linked, signed] = [
    await issue({ vm: 'demo', duration }),
    await issue({ vm: 'demo', duration }, { token: true }),
  ];
  const { link = '' } = linked;
  const { cookie } = await redeem(link);
  const socket = await ConsoleSocket.open(consoleSocketPath('demo', 'console'), { cookie });
  const jwt = { authorization: `Bearer ${signed.token ?? ''}` };
  const ask = async (): Promise<number> => {
    const response = await gateway(`/api/v1/grant?namespace=${cluster().namespace}&vm=demo`, { headers: jwt });
    await response.body?.cancel();
    return response.status;
  };
  const set = async () => (await gateway(`/auth/jwt/set?token=${signed.token ?? ''}`)).status;
  await scaleOperator(admin, 0);
  expect([await look(link), await ask(), await set()]).toEqual([200, 200, 302]);
  const endOf = ({ gatetoken }: { gatetoken: GateTokenView }): number => Date.parse(gatetoken.until ?? '');
  const { code } = await socket.closed;
  const ms = Date.now() - endOf(linked);
  console.log(`the console was closed ${ms} ms after the end of its grant`);
  expect(code).toBe(4001);
  expect(ms).toBeGreaterThan(-1000);
  expect(ms).toBeLessThan(2000);
  expect(await look(link)).toBe(410);
  await until('the end of the JWT', () => Date.now() >= endOf(signed));
  expect([await ask(), await set()]).toEqual([401, 410]);

  await scaleOperator(admin, 1);
  for (const { gatetoken } of [linked, signed]) {
    await kubectlOk(['wait', `gatetoken/${gatetoken.name}`, '--for=jsonpath={.status.phase}=Expired', '--timeout=30s']);
  }
}, 120_000);

it('while operators are replaced, a dry run passes at any moment', async () => {
  const failed: string[] = [];
  let done = false;
  const creating = (async () => {
    for (let number = 0; !done; number += 1) {
      const ran = await kubectl('create --dry-run=server -f -', { context: 'dev', input: input(`rolled-${number}`) });
      if (ran.code !== 0) failed.push(ran.stderr);
    }
  })();
  for (const replicas of [2, 1]) {
    await kubectlOk(`-n kube-gateway scale deployment/kube-gateway-operator --replicas=${replicas}`);
    await kubectlOk('-n kube-gateway rollout restart deployment/kube-gateway-operator');
    await kubectlOk('-n kube-gateway rollout status deployment/kube-gateway-operator --timeout=60s');
  }
  done = true;
  await creating;
  expect(failed).toEqual([]);
  await createToken(admin, 'rolled', { vm: 'demo' });
}, 180_000);

/** Issues over and over until it is told to stop. @returns what failed, and the names of what was made */
async function keepIssuing(isDone: () => boolean): Promise<{ failed: string[]; made: string[] }> {
  const [failed, made]: [string[], string[]] = [[], []];
  const byKubectl = async (name: string): Promise<string> => {
    const { code, stderr } = await kubectl('create -f -', { context: 'dev', input: input(name) });
    return code === 0 ? '' : stderr;
  };
  const byRest = async (name: string): Promise<string> => {
    const body = JSON.stringify({ name, vm: 'demo', duration: '10m' });
    const path = `/api/v1/namespaces/${cluster().namespace}/gatetokens`;
    const response = await gateway(path, { method: 'POST', headers: { ...bearer('dev'), ...json }, body });
    const text = await response.text();
    return response.status === 201 ? '' : `${response.status}: ${text}`;
  };
  const line = async (prefix: string, create: typeof byRest): Promise<void> => {
    for (let number = 0; !isDone(); number += 1) {
      const name = `${prefix}-${number}`;
      const why = await create(name);
      if (why === '') made.push(name);
      else failed.push(`${name}: ${why}`);
    }
  };
  await Promise.all([line('by-kubectl', byKubectl), line('by-rest', byRest)]);
  return { failed, made };
}

it('while two operators are replaced, everything that is issued is sealed and becomes Ready', async () => {
  await scaleOperator(admin, 2);
  let done = false;
  const issuing = keepIssuing(() => done);
  await kubectlOk('-n kube-gateway rollout restart deployment/kube-gateway-operator');
  await kubectlOk('-n kube-gateway rollout status deployment/kube-gateway-operator --timeout=90s').finally(() => {
    done = true;
  });
  const { failed, made } = await issuing;
  console.log(`${made.length} GateTokens were issued during the roll-out`);
  expect(failed).toEqual([]);
  expect(made.length).toBeGreaterThan(10);
  const ofAll = async () => (await admin.list<GateToken>(types.gateTokens, cluster().namespace)).items;
  const wrong = async (): Promise<unknown[]> => {
    const found = (await ofAll()).filter(({ metadata }) => made.includes(metadata.name ?? ''));
    expect(found).toHaveLength(made.length);
    return found.filter(
      ({ spec, status }) => spec.issuer?.username !== 'dev' || status?.issuer !== 'dev' || status.phase !== 'Ready',
    );
  };
  await until('all are Ready, in the name of dev', async () => (await wrong()).length === 0, 30_000);
  await scaleOperator(admin, 1);
}, 180_000);
