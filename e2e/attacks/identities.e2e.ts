import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type GateToken } from '#libs/api';
import { types } from '#libs/kube';
import { tokenOf } from '../support/accounts.js';
import { adminClient } from '../support/admin.js';
import { cluster } from '../support/cluster.js';
import { bearer, cookiesOf, gateway, json } from '../support/gateway.js';
import { kubectl, kubectlFails, kubectlOk } from '../support/kubectl.js';
import { gatetoken } from '../support/manifests.js';
import { podsThatStay } from '../support/pods.js';
import { CUT, rawRequest } from '../support/raw-request.js';
import { until } from '../support/until.js';

const { namespace } = cluster();
const TOKENS = `/apis/kubegateway.kubevirt.io/v1beta1/namespaces/${namespace}/gatetokens`;
const NAME = 'identity';
/** What an identity provider may call a person, or what a person may call themselves there. */
const ODD = `oidc:"ada" <o'brien+x@example.com>; \${HOME} $(id) %0a {{.}} \\u0000 ../../*`;
const admin = adminClient();
const input = gatetoken(NAME, { vm: 'demo', duration: '10m' });
const found = () => admin.get<GateToken>(types.gateTokens, NAME, namespace);

beforeAll(async () => {
  await kubectlOk(`create role identities --verb=create,get,patch --resource=gatetokens.kubegateway.kubevirt.io`);
  await kubectlOk(['create', 'rolebinding', 'identities', '--role=identities', `--user=${ODD}`, '--user=weak']);
  await until('they may', async () => (await kubectl('auth can-i create gatetokens --as=weak')).code === 0);
});
afterEach(() => kubectl('delete gatetokens --all'));
afterAll(() => kubectl('delete role/identities rolebinding/identities rolebinding/identities-odd'));

/** The audit lines of the operator about the GateToken of these tests. */
async function audited(): Promise<Record<string, unknown>[]> {
  const pods = await podsThatStay('-n kube-gateway');
  const logs = await Promise.all(pods.map((pod) => kubectlOk(`logs ${pod} -n kube-gateway`)));
  const lines = logs.flatMap((log) => log.split('\n')).filter((line) => line.startsWith('{'));
  const all = lines.map((line) => JSON.parse(line) as Record<string, unknown>);
  return all.filter(({ what }) => (what as { name?: string } | undefined)?.name === NAME);
}

const isLogged = (audit: string, outcome: string, user: string) =>
  until(`${audit} ${outcome} by ${user}`, async () => {
    const of = (await audited()).filter((line) => line['audit'] === audit && line['outcome'] === outcome);
    return of.some(({ who }) => (who as { user?: string } | undefined)?.user === user);
  });

/** @returns the value of a Cookie header */
async function signIn(context: 'dev'): Promise<string> {
  const headers = { ...json, origin: cluster().url };
  const body = JSON.stringify({ token: tokenOf(context) });
  return cookiesOf(await gateway('/login', { method: 'POST', headers, body }));
}

describe('security row 13: of two identities, the one that is impersonated counts', () => {
  it('in what is refused and issued, and in the audit log', async () => {
    expect(await kubectlFails('create -f - --as=weak', { input })).toContain('user weak cannot get');
    await isLogged('issue', 'refused', 'weak');
    await kubectlOk('create -f - --as=dev', { input });
    await kubectlOk(`wait gatetoken/${NAME} --for=condition=Ready --timeout=15s`);
    expect((await found()).status?.issuer).toBe('dev');
    await isLogged('issue', 'observed', 'dev');
    await kubectlOk(['patch', 'gatetoken', NAME, '--type=merge', '-p', '{"spec":{"revoked":true}}', '--as=weak']);
    await isLogged('revoke', 'allowed', 'weak');
    expect(JSON.stringify(await audited())).not.toContain('"admin"');
  });

  it('who may not impersonate does not, neither at the API server nor at the gateway', async () => {
    const direct = ['content-type', 'application/json', 'impersonate-user', 'admin'];
    const refused = await rawRequest({ path: TOKENS, token: tokenOf('dev'), headers: direct, body: input });
    expect([refused.status, refused.body]).toEqual([403, expect.stringContaining('cannot impersonate')]);
    const asAdmin = { ...json, 'impersonate-user': 'admin', 'impersonate-group': 'system:masters' };
    const signedIn = { cookie: await signIn('dev'), origin: cluster().url };
    const rest = `/api/v1/namespaces/${namespace}/gatetokens`;
    for (const [path, credential, body] of [
      [rest, bearer('dev'), JSON.stringify({ name: NAME, urls: ['*'] })],
      [rest, signedIn, JSON.stringify({ name: NAME, urls: ['*'] })],
      [`/k8s${TOKENS}`, signedIn, gatetoken(NAME, { urls: ['*'] })],
    ] as const) {
      const answer = await gateway(path, { method: 'POST', headers: { ...asAdmin, ...credential }, body });
      expect([path, answer.status, await answer.text()]).toEqual([
        path,
        403,
        expect.stringContaining('user dev cannot get'),
      ]);
    }
    const own = await gateway(`/k8s${TOKENS}`, { method: 'POST', headers: { ...asAdmin, ...signedIn }, body: input });
    expect(own.status).toBe(201);
    await kubectlOk(`wait gatetoken/${NAME} --for=condition=Ready --timeout=15s`);
    expect((await found()).status?.issuer).toBe('dev');
  });
});

describe('security row 13: identities that are hard to hold', () => {
  const extra = (count: number, length: number): string[] =>
    Array.from({ length: count }, (_, i) => ['impersonate-extra-scopes', `${i}-`.padEnd(length, 'x')]).flat();
  const groups = (count: number): string[] =>
    Array.from({ length: count }, (_, i) => ['impersonate-group', `g${i}`]).flat();

  it.each<[string, string[], string]>([
    ['an attribute of 100 kB', extra(1, 100_000), 'spec.issuer.extra'],
    ['50 attributes of 2 kB', extra(50, 2000), 'no rule refuses it'],
    ['65 values of an attribute', extra(65, 20), 'spec.issuer.extra'],
    ['1001 groups', groups(1001), 'spec.issuer.groups'],
  ])('%s: sealed as it is, or refused', async (what, more, field) => {
    const headers = ['content-type', 'application/json', 'impersonate-user', 'dev', ...more];
    const { status, body } = await rawRequest({ path: TOKENS, token: tokenOf('admin'), headers, body: input });
    console.log(`${what}: ${status} ${status === 201 ? '' : body.slice(0, 300)}`);
    // A server with a smaller limit for headers answers 431, or cuts the connection.
    if (status === 201) {
      await kubectlOk(`wait gatetoken/${NAME} --for=condition=Ready --timeout=15s`);
      const { issuer, token = '' } = (await found()).status ?? {};
      expect([issuer, (await gateway(`/auth/jwt/set?token=${token}`)).status]).toEqual(['dev', 302]);
    } else {
      expect([CUT, 422, 431]).toContain(status);
      if (status === 422) expect(body).toContain(field);
      expect(await kubectlFails(`get gatetoken ${NAME}`)).toContain('not found');
    }
  });

  it('a name of more than 1024 characters: refused', async () => {
    const told = await kubectlFails(['create', '-f', '-', `--as=${'long'.repeat(400)}`, '--as-group=system:masters'], {
      input,
    });
    expect(told).toContain('spec.issuer.username');
    expect(await kubectlFails(`get gatetoken ${NAME}`)).toContain('not found');
  });

  it('a name full of quotes, brackets and escapes is shown and kept as it is', async () => {
    const told = await kubectlFails(['create', '-f', '-', `--as=${ODD}`], { input });
    expect(told).toContain(`user ${ODD} cannot get virtualmachineinstances/vnc in namespace ${namespace}`);
    await isLogged('issue', 'refused', ODD);
    await kubectlOk(['create', 'rolebinding', 'identities-odd', '--clusterrole=kubevirt.io:edit', `--user=${ODD}`]);
    await until('they may', async () => (await kubectl(['create', '-f', '-', `--as=${ODD}`], { input })).code === 0);
    await kubectlOk(`wait gatetoken/${NAME} --for=condition=Ready --timeout=15s`);
    const { spec, status } = await found();
    expect([spec.issuer?.username, status?.issuer]).toEqual([ODD, ODD]);
    await isLogged('issue', 'observed', ODD);
  });
});
