import { afterAll, describe, expect, it } from 'vitest';
import { kubectl, kubectlFails, kubectlOk } from './support/kubectl.js';
import { gateserver, gatetoken, haltedMachine } from './support/manifests.js';
import { until } from './support/until.js';

const condition = (name: string): Promise<string> =>
  kubectlOk([
    'get',
    'gatetoken',
    name,
    '-o',
    'jsonpath={.status.phase}|{.status.conditions[?(@.type=="Ready")].message}',
  ]);

const available = (name: string): Promise<string> =>
  kubectlOk(['get', 'gs', name, '-o', 'jsonpath={.status.conditions[?(@.type=="Available")].message}']);

/** One fault is told once, without a regular expression. What Kubernetes adds where it stopped early is not counted. */
function expectOneSentence(stderr: string, told: string): void {
  expect(stderr).toContain(told);
  expect(stderr).not.toMatch(/should match|\^|\[a-z/);
  const faults = stderr.split('\n').filter((line) => line.includes('spec.') || line.includes('spec:'));
  expect(faults).toHaveLength(1);
}

describe('GateTokens and GateServers by kubectl', () => {
  afterAll(async () => {
    await kubectl('delete gt by-kubectl bad in-error early --ignore-not-found');
    await kubectl('delete gs bad bad-image bad-tls patched second twin twin-guest --ignore-not-found');
  });

  it('a GateToken is revoked by a patch; the rest of its spec never changes', async () => {
    await kubectlOk('apply -f -', { input: gatetoken('by-kubectl', { vm: 'demo', duration: '10m' }) });
    await kubectlOk('wait gatetoken/by-kubectl --for=condition=Ready --timeout=15s');
    const patch = 'patch gatetoken by-kubectl --type=merge -p';
    expect(await kubectlFails(`${patch} {"spec":{"duration":"9h"}}`)).toContain('duration');
    await kubectlOk(`${patch} {"spec":{"revoked":true}}`);
    await kubectlOk('wait gatetoken/by-kubectl --for=jsonpath={.status.phase}=Revoked --timeout=15s');
    expect(await kubectlFails(`${patch} {"spec":{"revoked":false}}`)).toContain('revoked');
    await kubectlOk('delete gatetoken by-kubectl');
  });

  it.each([
    ['neither urls nor vm', {}, 'spec.urls or spec.vm is required, such as vm: my-vm'],
    ['501 urls', { urls: Array.from({ length: 501 }, (_, n) => `/api/v1/n${n}`) }, 'spec.urls: Too many: 501'],
    ['a relative path', { urls: ['api/v1/pods'] }, 'spec.urls must be API paths without a query, such as /api/v1/'],
    ['a whole URL', { urls: ['https://host/api/v1'] }, 'spec.urls must be API paths without a query'],
    ['an odd path', { urls: ['/api/v1/../secrets'] }, 'spec.urls: a path must not contain //, /./ or /../'],
    ['an over-long path', { urls: [`/${'a'.repeat(2048)}`] }, 'spec.urls[0]: Too long'],
    ['a VM that cannot be', { vm: 'Demo' }, 'lowercase letters, digits, hyphens and dots, such as my-vm'],
    ['an unknown verb', { vm: 'demo', verbs: ['FETCH'] }, 'spec.verbs must be HTTP methods such as get'],
    ['the duration 1d', { vm: 'demo', duration: '1d' }, 'such as 90s, 30m or 1h30m; write a day as 24h'],
    ['the duration -1h', { vm: 'demo', duration: '-1h' }, 'spec.duration must be a duration from 1s to 87600h'],
    ['the duration 0s', { vm: 'demo', duration: '0s' }, 'spec.duration must be a duration from 1s to 87600h'],
    [
      'the duration 2562048h',
      { vm: 'demo', duration: '2562048h' },
      'spec.duration must be a duration from 1s to 87600h',
    ],
    ['an empty duration', { vm: 'demo', duration: '' }, 'spec.duration must be a duration from 1s to 87600h'],
    ['a from that is not a date', { vm: 'demo', from: 'tomorrow' }, 'such as 2030-01-31T12:00:00Z'],
    ['a from in a leap second', { vm: 'demo', from: '2016-12-31T23:59:60Z' }, 'spec.from must be an RFC 3339 time'],
  ])('a GateToken with %s is refused, and the message says what is right', async (_what, spec, told) => {
    const ran = await kubectl(['create', '-f', '-'], { input: gatetoken('bad', spec) });
    expect(ran.code).toBe(1);
    expect(ran.stderr).toContain('is invalid');
    expectOneSentence(ran.stderr, told);
  });

  it.each([
    ['a bad route', { route: 'no dots' }, 'spec.route must be a DNS name with at least three labels, such as '],
    ['an address as its route', { route: '10.0.0.1' }, 'such as gate.apps.example.com, not an IP address'],
    ['an unknown role', { route: 'a.b.example', 'admin-role': 'root' }, 'supported values: "reader", "admin"'],
    [
      'an image with a space',
      { route: 'a.b.example', img: 'a b' },
      'spec.img must be an image without spaces, such as ',
    ],
    ['too short a rotation', { route: 'a.b.example', 'key-rotation': '59m' }, 'from 1h to 87600h, such as 36h or 720h'],
    ['too long a retention', { route: 'a.b.example', 'token-retention': '2562048h' }, 'from 0s to 87600h'],
    ['a Gateway that cannot be', { route: 'a.b.example', 'gateway-ref': { name: 'A' } }, 'such as my-gateway'],
  ])('a GateServer with %s is refused, and the message says what is right', async (_what, spec, told) => {
    const ran = await kubectl(['create', '-f', '-'], { input: gateserver('bad', spec) });
    expect(ran.code).toBe(1);
    expectOneSentence(ran.stderr, told);
  });

  it('what kubectl patch and apply refuse is told in the same words', async () => {
    const spec = { route: 'patched.gateway-example.localhost', expose: 'none', replicas: 0 };
    await kubectlOk('create -f -', { input: gateserver('patched', spec) });
    const patch = '{"spec":{"admin-resources":"Pods"}}';
    const patched = await kubectlFails(['patch', 'gs', 'patched', '--type=merge', '-p', patch]);
    expectOneSentence(patched, 'spec.admin-resources must be resources separated by commas, such as pods');
    const input = gateserver('patched', { ...spec, 'ingress-class': 'A' });
    const applied = await kubectl('apply --server-side --force-conflicts -f -', { input });
    expectOneSentence(applied.stderr, 'spec.ingress-class must be the name of an IngressClass');
    await kubectlOk('delete gs patched');
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
    await kubectlOk('create -f -', { input: haltedMachine('later') });
    await kubectlOk(['wait', 'gatetoken/early', '--for=jsonpath={.status.phase}=Ready', '--timeout=15s']);
    await kubectlOk(['delete', 'gatetoken/early', 'vm/later']);
  });

  it.each([
    [
      'bad-image',
      'an image that cannot be pulled',
      { img: 'registry.example/none:1', expose: 'none' },
      /^ImageNotPulled\|0 of 1 gateways are ready\. Pod bad-\S+ cannot pull the image registry\.example\/none:1: .*Check spec\.img/,
    ],
    [
      'bad-tls',
      'a Secret for TLS that is missing',
      { tls: { 'secret-name': 'nowhere' } },
      /^CertificateMissing\|spec\.tls\.secret-name: Secret nowhere does not exist\. Create it with .* -n gateway-example"/,
    ],
    [
      'bad-cert',
      'a Secret for TLS that holds no certificate',
      { tls: { 'secret-name': 'gateserver-sample-jwt-secret' } },
      /^CertificateInvalid\|spec\.tls\.secret-name: Secret \S+ holds a tls\.crt that cannot be used: it contains no certificate/,
    ],
  ])('GateServer %s with %s is not Ready, and says why', async (name, _what, spec, expected) => {
    const input = gateserver(name, { route: 'bad.gateway-example.localhost', replicas: 1, ...spec });
    await kubectlOk('create -f -', { input });
    const path = '{range .status.conditions[?(@.type=="Ready")]}{.reason}|{.message}{end}';
    await until('it says why', async () =>
      expected.test(await kubectlOk(['get', 'gs', name, '-o', `jsonpath=${path}`])),
    );
    await until('an Event says so', async () =>
      (await kubectlOk(`get events --field-selector involvedObject.name=${name},type=Warning`)).includes(
        expected.source.slice(1, 15),
      ),
    );
    await kubectlOk(`delete gs ${name}`);
  });

  it('a GateServer is not Ready while a gateway with a new image cannot replace its only one', async () => {
    const input = gateserver('swapped', { route: 'swapped.gateway-example.localhost', replicas: 1, expose: 'none' });
    await kubectlOk('create -f -', { input });
    await kubectlOk('wait gs/swapped --for=condition=Ready --timeout=60s', { timeoutMs: 70_000 });
    const patch = { spec: { img: 'registry.example/none:1' } };
    await kubectlOk(['patch', 'gs', 'swapped', '--type=merge', '-p', JSON.stringify(patch)]);
    const replicas = '{.status.replicas}|{.status.updatedReplicas}';
    await until('the Deployment counts the new pod', async () =>
      (await kubectlOk(['get', 'deploy', 'swapped', '-o', `jsonpath=${replicas}`])).startsWith('2|1'),
    );
    await until('the image is refused', async () =>
      (await kubectlOk('get pods -l app.kubernetes.io/instance=swapped')).includes('ImagePull'),
    );
    const ready = '{range .status.conditions[?(@.type=="Ready")]}{.reason}|{.message}{end}';
    await until('the status says so', async () =>
      /^ImageNotPulled\|1 of 1 gateways are ready\. They are being replaced/.test(
        await kubectlOk(['get', 'gs', 'swapped', '-o', `jsonpath=${ready}`]),
      ),
    );
    await kubectlOk('delete gs swapped');
  }, 100_000);

  it('a GateServer says that its Deployment is paused, and how to resume it', async () => {
    const input = gateserver('held', { route: 'held.gateway-example.localhost', replicas: 1, expose: 'none' });
    await kubectlOk('create -f -', { input });
    await kubectlOk('wait gs/held --for=condition=Ready --timeout=60s', { timeoutMs: 70_000 });
    await kubectlOk('rollout pause deployment/held');
    const path = '{range .status.conditions[?(@.type=="Ready")]}{.reason}|{.message}{end}';
    const ready = () => kubectlOk(['get', 'gs', 'held', '-o', `jsonpath=${path}`]);
    await until('it says so', async () => /^Ready\|.* Deployment held is paused: /.test(await ready()));
    await kubectlOk(['patch', 'gs', 'held', '--type=merge', '-p', '{"spec":{"max-consoles":7}}']);
    await until('a change waits', async () =>
      /^DeploymentPaused\|.*"kubectl rollout resume deployment\/held -n gateway-example"/.test(await ready()),
    );
    await kubectlOk('rollout resume deployment/held');
    await until('it is Ready again', async () => /^Ready\|1 of 1 gateways are ready\.$/.test(await ready()), 60_000);
    await kubectlOk('delete gs held');
  });

  it('of two GateServers whose accounts would share a name the older one runs, then the other', async () => {
    const twins = ['twin', 'twin-guest'].map((name) =>
      gateserver(name, { route: `${name}.gateway-example.localhost`, replicas: 1 }),
    );
    await kubectlOk('apply -f -', { input: `${twins.join('\n---\n')}\n` });
    await kubectlOk('wait gs/twin --for=condition=Ready --timeout=60s', { timeoutMs: 70_000 });
    const path = '{.status.conditions[?(@.type=="Ready")].message}';
    expect(await kubectlOk(['get', 'gs', 'twin-guest', '-o', `jsonpath=${path}`])).toContain(
      'GateServer twin is older',
    );
    await kubectlOk('delete gs twin');
    await kubectlOk('wait gs/twin-guest --for=condition=Ready --timeout=60s', { timeoutMs: 70_000 });
    await kubectlOk('delete gs twin-guest');
  }, 150_000);

  it('a GateServer leaves what others add to its Deployment, and the replicas that they scale it to', async () => {
    const input = gateserver('second', { route: 'second.gateway-example.localhost', replicas: 1 });
    await kubectlOk('create -f -', { input });
    await until('there is a Deployment', async () => (await kubectl('get deploy second')).code === 0);
    await kubectlOk('set env deploy/second TZ=UTC');
    await kubectlOk('scale deploy/second --replicas=0');
    await until('the GateServer has seen it', async () => /^0 of 0 /.test(await available('second')));
    expect(await kubectlOk('get deploy second -o jsonpath={.spec.replicas}')).toBe('0');
    expect(await kubectlOk('get deploy second -o yaml')).toContain('name: TZ');
    await kubectlOk('patch gs second --type=merge -p {"spec":{"replicas":2}}');
    await until('it is what the GateServer says', async () => /^\d of 2 /.test(await available('second')));
    expect(await kubectlOk('get deploy second -o jsonpath={.spec.replicas}')).toBe('2');
    await kubectlOk('delete gs second');
    await until('it is gone', async () => (await kubectl('get deploy second')).code !== 0);
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
