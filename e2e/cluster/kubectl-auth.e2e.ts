import { describe, expect, it } from 'vitest';
import { kubectl, kubectlFails, kubectlOk } from '../support/kubectl.js';

type Context = 'admin' | 'dev' | 'viewer';

describe('kubectl auth', () => {
  it.each<[Context, string, string]>([
    ['admin', 'delete nodes', 'yes'],
    ['admin', `'*' '*'`, 'yes'],
    ['dev', 'create gatetokens', 'yes'],
    ['dev', 'create gateservers', 'no'],
    ['dev', 'get pods --subresource=log', 'yes'],
    ['dev', 'list gatetokens -n default', 'no'],
    ['dev', 'get /version', 'yes'],
    ['viewer', 'list gateservers', 'yes'],
    ['viewer', 'list gatetokens', 'no'],
    ['viewer', 'get secrets/gateserver-sample-jwt-secret', 'no'],
  ])('%s can-i %s: %s', async (context, question, answer) => {
    const ran = await kubectl(`auth can-i ${question}`, { context });
    expect(ran.stdout.trim()).toBe(answer);
    expect(ran.code).toBe(answer === 'yes' ? 0 : 1);
  });

  it('can-i --list says what an account may do', async () => {
    const list = await kubectlOk('auth can-i --list', { context: 'dev' });
    expect(list).toMatch(/^Resources\s+Non-Resource URLs\s+Resource Names\s+Verbs\n/);
    expect(list).toMatch(
      /gatetokens\.kubegateway\.kubevirt\.io\s+\[\]\s+\[\]\s+\[get list watch create patch delete\]/,
    );
    expect(list).toMatch(/\s\[\/version\]\s+\[\]\s+\[get\]/);
    expect(await kubectlOk('auth can-i --list -n default', { context: 'dev' })).not.toContain('gatetokens');
  });

  it('whoami, also with impersonation', async () => {
    expect(await kubectlOk('auth whoami', { context: 'dev' })).toMatch(/^ATTRIBUTE\s+VALUE\nUsername\s+dev\n/);
    const asked = 'auth whoami --as=system:serviceaccount:gateway-example:default -o json';
    expect(JSON.parse(await kubectlOk(asked))).toMatchObject({
      kind: 'SelfSubjectReview',
      status: { userInfo: { username: 'system:serviceaccount:gateway-example:default' } },
    });
    expect(await kubectlOk('get gs -o name --as=viewer --as-group=system:authenticated')).toContain(
      'gateserver-sample',
    );
    expect(await kubectlFails('get pods --as=admin', { context: 'dev' })).toMatch(
      /forbidden: User "dev" cannot impersonate/,
    );
  });

  it('create token gives a token of an account, for an audience and a time', async () => {
    const claims = (token: string): Record<string, unknown> =>
      JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()) as Record<string, unknown>;
    const made = claims(
      (await kubectlOk('create token default --audience=door --audience=gate --duration=20m')).trim(),
    );
    expect(made).toMatchObject({
      sub: 'system:serviceaccount:gateway-example:default',
      aud: ['door', 'gate'],
      'kubernetes.io': { namespace: 'gateway-example', serviceaccount: { name: 'default' } },
    });
    expect(Number(made['exp']) - Number(made['iat'])).toBe(1200);
    const token = (await kubectlOk('create token default')).trim();
    expect(claims(token)['exp']).toBe(Number(claims(token)['iat']) + 3600);
    expect(await kubectlFails('create token default --duration=1m')).toContain(
      'may not specify a duration less than 10 minutes',
    );
    expect(await kubectlFails('create token nobody')).toContain('serviceaccounts "nobody" not found');
    expect(await kubectlFails('create token default', { context: 'dev' })).toContain(
      'cannot create resource "serviceaccounts/token" in API group ""',
    );
  });

  it('a token of an account signs in, one for another audience does not', async () => {
    const whoami = async (token: string): Promise<string> => {
      const { stdout, stderr } = await kubectl([
        'auth',
        'whoami',
        '--token',
        token,
        '-o',
        'jsonpath={.status.userInfo.username}',
      ]);
      return stdout + stderr;
    };
    const token = (await kubectlOk('create token default')).trim();
    expect(await whoami(token)).toBe('system:serviceaccount:gateway-example:default');
    const foreign = (await kubectlOk('create token default --audience=door')).trim();
    expect(await whoami(foreign)).toMatch(/Unauthorized|must be logged in/);
  });
});
