import { afterAll, beforeAll, expect, it } from 'vitest';
import { types } from '#libs/kube';
import { adminClient } from '../support/admin.js';
import { cluster } from '../support/cluster.js';
import { bearer, gateway, issue, json, look } from '../support/gateway.js';
import { kubectl, kubectlFails, kubectlOk } from '../support/kubectl.js';
import { gatetoken } from '../support/manifests.js';
import { hang, podProcesses } from '../support/processes.js';
import { until } from '../support/until.js';
import { type Configuration, CONFIGURATION } from '../support/webhook.js';

/** What a busy machine takes on top of a timeout, kubectl's start included. */
const BUSY_MS = 5000;
/**
 * Row 10 says a second. The gateway refuses the code of a deleted GateToken after it has looked for it at the API server,
 * which it does once a second at most.
 */
const OVER_WITHIN_MS = 3000;
/** Whoever revokes must not have to wait for an operator that hangs. */
const REVOKED_WITHIN_MS = 2000;

const admin = adminClient();
const input = (name: string): string => gatetoken(name, { vm: 'demo', duration: '10m' });
const tokens = `/api/v1/namespaces/${cluster().namespace}/gatetokens`;
const rest = (method: string, path = '', body?: object): Promise<Response> =>
  gateway(`${tokens}${path}`, {
    method,
    headers: { ...bearer('dev'), ...json },
    ...(body && { body: JSON.stringify(body) }),
  });

/** What ends a grant, by the name of its GateToken, and what its link says then. */
const ENDS: { what: string; end: (name: string) => Promise<unknown>; code: number }[] = [
  {
    what: 'kubectl patch',
    end: (name) =>
      kubectlOk(['patch', 'gatetoken', name, '--type=merge', '-p', '{"spec":{"revoked":true}}'], { context: 'dev' }),
    code: 410,
  },
  {
    what: 'kubectl delete',
    end: (name) => kubectlOk(['delete', 'gatetoken', name], { context: 'dev' }),
    code: 401,
  },
  {
    what: 'REST revoke',
    end: async (name) => expect((await rest('POST', `/${name}/revoke`)).status).toBe(200),
    code: 410,
  },
  { what: 'REST delete', end: async (name) => expect((await rest('DELETE', `/${name}`)).status).toBe(204), code: 401 },
];

/** Of the webhook that seals what is created. */
let timeoutMs = 0;
let resume: (() => void)[] = [];

beforeAll(async () => {
  const { webhooks } = await admin.get<Configuration>(types.mutatingWebhooks, CONFIGURATION);
  timeoutMs = 1000 * (webhooks[0]?.timeoutSeconds ?? 0);
});
afterAll(async () => {
  for (const one of resume) one();
  await until(
    'GateTokens can be created',
    async () => {
      await kubectlOk('create --dry-run=server -f -', { input: input('after-hanging') });
      return true;
    },
    60_000,
  );
  await kubectl('delete gatetokens --all');
});

async function timed<T>(work: () => Promise<T>): Promise<{ ms: number; value: T }> {
  const from = performance.now();
  const value = await work();
  return { ms: Math.round(performance.now() - from), value };
}

it('an operator that hangs: nothing is issued, revoking and deleting work (security row 13)', async () => {
  const held = await Promise.all(
    ENDS.map(async ({ what, end, code }) => {
      const { gatetoken, link = '' } = await issue({ vm: 'demo', duration: '10m' });
      await until('the link opens', async () => (await look(link)) === 200);
      return { what, link, code, end: () => end(gatetoken.name) };
    }),
  );
  resume = podProcesses('operator').map(hang);
  expect(resume).toHaveLength(1);

  const creating = Promise.all([
    timed(() => kubectlFails('create -f -', { context: 'dev', input: input('slow') })),
    timed(async () => {
      const response = await rest('POST', '', { name: 'slow-rest', vm: 'demo' });
      return `${response.status}: ${await response.text()}`;
    }),
  ]);
  const ended = await Promise.all(
    held.map(async ({ what, link, code, end }) => {
      const { ms } = await timed(end);
      const over = await timed(() => until(`${what}: the link is over`, async () => (await look(link)) === code));
      return { what, ms, over: over.ms };
    }),
  );
  const [byKubectl, byRest] = await creating;
  console.log(JSON.stringify({ ended, refused: [byKubectl, byRest] }));
  for (const { ms, over } of ended) {
    expect(ms).toBeLessThan(REVOKED_WITHIN_MS + BUSY_MS);
    expect(over).toBeLessThan(OVER_WITHIN_MS);
  }
  for (const { ms } of [byKubectl, byRest]) expect(ms).toBeLessThan(timeoutMs + BUSY_MS);
  expect(byKubectl.value).toContain('failed calling webhook');
  expect(byRest.value).toContain('The operator of kube-gateway does not answer');
  expect(await kubectlFails('get gatetoken slow slow-rest')).toContain('not found');

  for (const one of resume) one();
  await until('a link is issued again', () => issue({ vm: 'demo', duration: '10m' }));
}, 120_000);
