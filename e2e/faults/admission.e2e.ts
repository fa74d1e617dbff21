import { afterAll, expect, it } from 'vitest';
import { types } from '#libs/kube';
import { adminClient, createToken, revokeToken } from '../support/admin.js';
import { scaleOperator } from '../support/between.js';
import { cluster } from '../support/cluster.js';
import { ConsoleSocket } from '../support/console-socket.js';
import { consoleSocketPath, gateway, issue, json, redeem } from '../support/gateway.js';
import { kubectl, kubectlFails, kubectlOk } from '../support/kubectl.js';
import { gatetoken } from '../support/manifests.js';
import { until } from '../support/until.js';

const admin = adminClient();
const input = (name: string): string => gatetoken(name, { vm: 'demo', duration: '10m' });

afterAll(async () => {
  await scaleOperator(admin, 1);
  await kubectl('delete gatetokens --all');
});

/** What the gateway says to who opens a link. */
async function open(link: string): Promise<number> {
  const body = JSON.stringify({ code: new URL(link).hash.slice(1) });
  const response = await gateway('/l', { method: 'POST', headers: { ...json, origin: cluster().url }, body });
  await response.body?.cancel();
  return response.status;
}

it('without an operator nothing is issued, links and consoles go on, and revoking and deleting work', async () => {
  const [kept, revoked, deleted] = await Promise.all([1, 2, 3].map(() => issue({ vm: 'demo', duration: '10m' })));
  const links = [kept, revoked, deleted].map((issued) => issued?.link ?? '') as [string, string, string];
  const { cookie } = await redeem(links[0]);
  const socket = await ConsoleSocket.open(consoleSocketPath('demo', 'console'), { cookie });
  await scaleOperator(admin, 0);

  const told = await kubectlFails('create -f -', { context: 'dev', input: input('closed') });
  expect(told).toContain('failed calling webhook "issue.gatetokens.kubegateway.kubevirt.io"');
  expect(await kubectlFails('get gatetoken closed')).toContain('not found');
  const server = JSON.stringify({ spec: { replicas: 1 } });
  expect(await kubectlFails(`patch gs gateserver-sample --type=merge -p ${server}`)).toContain(
    'failed calling webhook',
  );

  await revokeToken(admin, revoked?.gatetoken.name ?? '');
  await until('the revoked link is over', async () => (await open(links[1])) === 410);
  await admin.delete(types.gateTokens, deleted?.gatetoken.name ?? '', cluster().namespace);
  await until('the deleted link is over', async () => (await open(links[2])) !== 200);
  expect(await open(links[0])).toBe(200);
  const before = socket.text().length;
  socket.send('\r');
  await until('the console answers', () => socket.text().length > before);
  await socket.close();

  await scaleOperator(admin, 1);
  await kubectlOk('create -f -', { context: 'dev', input: input('open-again') });
});

it('while operators are replaced, GateTokens can be created at any moment', async () => {
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
