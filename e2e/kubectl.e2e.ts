import { afterAll, describe, expect, it } from 'vitest';
import { kubectl, kubectlOk } from './support/kubectl.js';
import { until } from './support/until.js';

const gatetoken = (name: string, spec: Record<string, unknown>): string =>
  JSON.stringify({ apiVersion: 'kubegateway.kubevirt.io/v1beta1', kind: 'GateToken', metadata: { name }, spec });
const gateserver = (name: string, spec: Record<string, unknown>): string =>
  JSON.stringify({ apiVersion: 'kubegateway.kubevirt.io/v1beta1', kind: 'GateServer', metadata: { name }, spec });
const condition = (name: string): Promise<string> =>
  kubectlOk([
    'get',
    'gatetoken',
    name,
    '-o',
    'jsonpath={.status.phase}|{.status.conditions[?(@.type=="Ready")].message}',
  ]);

describe('kubectl', () => {
  afterAll(async () => {
    await kubectl(['delete', 'gatetokens', '--all']);
  });

  it('shows the kinds with their columns and short names', async () => {
    expect(await kubectlOk(['get', 'gs'])).toMatch(/NAME\s.*PHASE[\s\S]*gateserver-sample\s.*Ready/);
    expect(await kubectlOk(['get', 'vms'])).toMatch(/NAME\s+AGE\s+STATUS\s+READY[\s\S]*demo\s.*Running\s+True/);
    expect(await kubectlOk(['get', 'pods'])).toMatch(/gateserver-sample-\S+\s+1\/1\s+Running/);
    expect(await kubectlOk(['describe', 'gateserver', 'gateserver-sample'])).toContain('Conditions:');
  });

  it('knows what each account may do', async () => {
    expect((await kubectlOk(['auth', 'whoami'], { context: 'dev' })).length).toBeGreaterThan(0);
    expect((await kubectl(['auth', 'can-i', 'create', 'gatetokens'], { context: 'dev' })).stdout.trim()).toBe('yes');
    expect((await kubectl(['auth', 'can-i', 'list', 'gatetokens'], { context: 'viewer' })).stdout.trim()).toBe('no');
    expect((await kubectl(['auth', 'can-i', 'list', 'gateservers'], { context: 'viewer' })).stdout.trim()).toBe('yes');
    expect((await kubectl(['get', 'secrets'], { context: 'dev' })).stderr).toContain('forbidden');
  });

  it('applies, waits, patches, labels and deletes', async () => {
    const manifest = gatetoken('by-kubectl', { vm: 'demo', duration: '10m' });
    expect(await kubectlOk(['apply', '-f', '-'], { input: manifest })).toContain('created');
    expect(await kubectlOk(['apply', '-f', '-'], { input: manifest })).toContain('unchanged');
    await kubectlOk(['wait', 'gatetoken/by-kubectl', '--for=condition=Ready', '--timeout=15s']);
    await kubectlOk(['label', 'gatetoken', 'by-kubectl', 'team=one']);
    expect(await kubectlOk(['get', 'gatetokens', '-l', 'team=one', '-o', 'name'])).toContain('by-kubectl');
    await kubectlOk(['patch', 'gatetoken', 'by-kubectl', '--type=merge', '-p', '{"spec":{"description":"x"}}']);
    const refused = await kubectl([
      'patch',
      'gatetoken',
      'by-kubectl',
      '--type=merge',
      '-p',
      '{"spec":{"duration":"9h"}}',
    ]);
    expect(refused.code).toBe(1);
    expect(refused.stderr).toContain('duration');
    await kubectlOk([
      'patch',
      'gatetoken',
      'by-kubectl',
      '--type=json',
      '-p',
      '[{"op":"add","path":"/spec/revoked","value":true}]',
    ]);
    await kubectlOk(['wait', 'gatetoken/by-kubectl', '--for=jsonpath={.status.phase}=Revoked', '--timeout=15s']);
    const back = await kubectl([
      'patch',
      'gatetoken',
      'by-kubectl',
      '--type=merge',
      '-p',
      '{"spec":{"revoked":false}}',
    ]);
    expect(back.stderr).toContain('revoked');
    await kubectlOk(['delete', 'gatetoken', 'by-kubectl']);
  });

  it('reads the logs of a gateway, which hold no token', async () => {
    const pod =
      (await kubectlOk(['get', 'pods', '-o', 'name'])).split('\n').find((name) => name.includes('gateserver-sample')) ??
      '';
    const logs = await kubectlOk(['logs', pod]);
    expect(logs.length).toBeGreaterThan(0);
    expect(logs).not.toMatch(/eyJ[\w-]+\.eyJ/);
  });

  it.each([
    ['neither urls nor vm', {}, 'urls'],
    ['501 urls', { urls: Array.from({ length: 501 }, (_, n) => `/api/v1/n${n}`) }, 'spec.urls'],
    ['a relative path', { urls: ['api/v1/pods'] }, 'spec.urls'],
    ['an odd path', { urls: ['/api/v1/../secrets'] }, 'spec.urls'],
    ['an over-long path', { urls: [`/${'a'.repeat(2048)}`] }, 'spec.urls'],
    ['an unknown verb', { vm: 'demo', verbs: ['FETCH'] }, 'spec.verbs'],
    ['the duration 1d', { vm: 'demo', duration: '1d' }, 'spec.duration'],
    ['the duration -1h', { vm: 'demo', duration: '-1h' }, 'spec.duration'],
    ['the duration 0s', { vm: 'demo', duration: '0s' }, 'spec.duration'],
    ['an empty duration', { vm: 'demo', duration: '' }, 'spec.duration'],
    ['a from that is no date', { vm: 'demo', from: 'tomorrow' }, 'spec.from'],
  ])('a GateToken with %s is refused by the schema, and the message names the field', async (_what, spec, field) => {
    const ran = await kubectl(['create', '-f', '-'], { input: gatetoken('bad', spec) });
    expect(ran.code).toBe(1);
    expect(ran.stderr).toContain('is invalid');
    expect(ran.stderr).toContain(field);
  });

  it.each([
    ['a bad route', { route: 'no dots' }, 'spec.route'],
    ['an unknown role', { route: 'a.b.example', 'admin-role': 'root' }, 'spec.admin-role'],
  ])('a GateServer with %s is refused by the schema', async (_what, spec, field) => {
    const ran = await kubectl(['create', '-f', '-'], { input: gateserver('bad', spec) });
    expect(ran.code).toBe(1);
    expect(ran.stderr).toContain(field);
  });

  it.each([
    ['a window in the past', { vm: 'demo', from: '2020-01-01T00:00:00Z' }, /^Expired\|/],
    ['a missing secret', { vm: 'demo', 'secret-name': 'nowhere' }, /^Error\|.*nowhere/],
    [
      'a foreign secret',
      { vm: 'demo', 'secret-name': 'gateserver-sample-session' },
      /^Error\|.*gateserver-sample-session/,
    ],
    ['a foreign namespace', { vm: 'demo', 'secret-namespace': 'kube-system' }, /^Error\|.*namespace/],
    ['a missing VM', { vm: 'nobody' }, /^Error\|.*nobody/],
  ])('a GateToken with %s says so in its status', async (_what, spec, expected) => {
    await kubectlOk(['create', '-f', '-'], { input: gatetoken('in-error', spec) });
    await until('the status says so', async () => expected.test(await condition('in-error')));
    await kubectlOk(['delete', 'gatetoken', 'in-error']);
  });

  it('a GateToken becomes Ready by itself when its VM appears', async () => {
    await kubectlOk(['create', '-f', '-'], { input: gatetoken('early', { vm: 'later', duration: '10m' }) });
    await until('it is in error', async () => (await condition('early')).startsWith('Error|'));
    const vm = {
      apiVersion: 'kubevirt.io/v1',
      kind: 'VirtualMachine',
      metadata: { name: 'later' },
      spec: { runStrategy: 'Halted', template: { spec: { domain: { devices: {} } } } },
    };
    await kubectlOk(['create', '-f', '-'], { input: JSON.stringify(vm) });
    await kubectlOk(['wait', 'gatetoken/early', '--for=jsonpath={.status.phase}=Ready', '--timeout=15s']);
    await kubectlOk(['delete', 'gatetoken/early', 'vm/later']);
  });

  it('a GateServer owns what it makes: repaired when deleted or edited, removed with it', async () => {
    await kubectlOk(['create', '-f', '-'], {
      input: gateserver('second', { route: 'second.gateway-example.localhost', replicas: 1 }),
    });
    await kubectlOk(['wait', 'gateserver/second', '--for=jsonpath={.status.phase}=Ready', '--timeout=60s'], {
      timeoutMs: 70_000,
    });
    await kubectlOk(['delete', 'service', 'second']);
    await until('the Service is back', async () => (await kubectl(['get', 'service', 'second'])).code === 0);
    await kubectlOk(['patch', 'role', 'second-guest', '--type=merge', '-p', '{"rules":[]}']);
    await until('the Role is repaired', async () =>
      (await kubectlOk(['get', 'role', 'second-guest', '-o', 'jsonpath={.rules}'])).includes('virtualmachineinstances'),
    );
    await kubectlOk(['delete', 'gateserver', 'second']);
    await until(
      'all of it is gone',
      async () =>
        (await kubectlOk(['get', 'deploy,svc,ing,secret,cm,sa,role,rolebinding,networkpolicy,pdb', '-o', 'name']))
          .split('\n')
          .every((name) => !name.includes('/second')),
      30_000,
    );
  });
});
