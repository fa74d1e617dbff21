import { afterAll, describe, expect, it } from 'vitest';
import { kubectl, kubectlFails, kubectlOk } from '../support/kubectl.js';
import { gateserver, gatetoken } from '../support/manifests.js';

const HOST = 'written.gateway-example.localhost';
const spec = async (name: string): Promise<Record<string, unknown>> =>
  JSON.parse(await kubectlOk(`get gt ${name} -o jsonpath={.spec}`)) as Record<string, unknown>;

describe('kubectl create and apply', () => {
  afterAll(async () => {
    await kubectl('delete gt,gs -l by=apply --ignore-not-found');
    await kubectl('delete gt written second --ignore-not-found');
    await kubectl('delete gs written --ignore-not-found');
    await kubectl('delete configmap written --ignore-not-found');
  });

  it('create makes an object once, from files in YAML and JSON', async () => {
    const yaml = `
apiVersion: kubegateway.kubevirt.io/v1beta1
kind: GateToken
metadata: { name: written }
spec: { vm: demo, duration: 10m }
---
apiVersion: kubegateway.kubevirt.io/v1beta1
kind: GateToken
metadata: { name: second }
spec: { vm: demo, duration: 10m }
`;
    expect(await kubectlOk('create -f -', { input: yaml })).toBe(
      'gatetoken.kubegateway.kubevirt.io/written created\ngatetoken.kubegateway.kubevirt.io/second created\n',
    );
    expect(await kubectlFails('create -f -', { input: gatetoken('written', { vm: 'demo' }) })).toBe(
      'Error from server (AlreadyExists): error when creating "STDIN": gatetokens.kubegateway.kubevirt.io "written" already exists\n',
    );
    expect(await kubectlOk('delete -f -', { input: yaml })).toMatch(/"written" deleted.*\n.*"second" deleted/);
  });

  it.each([
    ['invalid YAML', 'kind: [', 'error converting YAML to JSON'],
    ['no object', 'hello', 'invalid object to validate'],
    ['no kind', 'apiVersion: v1', 'kind not set'],
    [
      'an unknown kind',
      '{apiVersion: kubegateway.kubevirt.io/v1beta1, kind: Gate, metadata: {name: x}}',
      'no matches for kind "Gate"',
    ],
    [
      'an unknown version',
      '{apiVersion: kubegateway.kubevirt.io/v1, kind: GateToken, metadata: {name: x}}',
      'no matches for kind "GateToken" in version "kubegateway.kubevirt.io/v1"',
    ],
    [
      'no name',
      '{apiVersion: kubegateway.kubevirt.io/v1beta1, kind: GateToken, spec: {vm: demo}}',
      'name or generateName is required',
    ],
    [
      'a bad name',
      '{apiVersion: kubegateway.kubevirt.io/v1beta1, kind: GateToken, metadata: {name: No_Name}, spec: {vm: demo}}',
      'RFC 1123 subdomain',
    ],
    [
      'a field that nobody knows',
      '{apiVersion: kubegateway.kubevirt.io/v1beta1, kind: GateToken, metadata: {name: x}, spec: {vm: demo, none: 1}}',
      'unknown field "spec.none"',
    ],
    [
      'a value of another type',
      '{apiVersion: kubegateway.kubevirt.io/v1beta1, kind: GateToken, metadata: {name: x}, spec: {vm: 7}}',
      'spec.vm',
    ],
    [
      'another namespace',
      '{apiVersion: kubegateway.kubevirt.io/v1beta1, kind: GateToken, metadata: {name: x, namespace: nowhere}, spec: {vm: demo}}',
      'namespaces "nowhere" not found',
    ],
  ])('create refuses %s', async (_what, input, message) => {
    // Without the mark kubectl 1.32 takes what begins with a brace for JSON.
    expect(await kubectlFails('create -f -', { input: `---\n${input}` })).toContain(message);
  });

  it('create lets an unknown field pass with a warning where asked to', async () => {
    const input = gatetoken('second', { vm: 'demo', none: 1 });
    const ran = await kubectl('create -f - --validate=warn', { input });
    expect(ran).toMatchObject({ code: 0, stderr: 'Warning: unknown field "spec.none"\n' });
    expect(await spec('second')).not.toHaveProperty('none');
    expect(
      (
        await kubectl('create -f - --validate=ignore --dry-run=server', {
          input: gatetoken('third', { vm: 'demo', none: 1 }),
        })
      ).stderr,
    ).toBe('');
    await kubectlOk('delete gt second');
  });

  it('create builds the object that the command line describes', async () => {
    expect(await kubectlOk('create configmap written --from-literal=a=1')).toBe('configmap/written created\n');
    expect(await kubectlOk(`get configmap written -o jsonpath='{.data}'`)).toBe('{"a":"1"}');
    expect(await kubectlOk('create secret generic written --from-literal=a=1 --dry-run=client -o yaml')).toContain(
      'a: MQ==',
    );
    const generated = gatetoken('', { vm: 'demo' }).replace('"name":""', '"generateName":"many-"');
    const [made = '', again = ''] = [
      await kubectlOk('create -f - -o name', { input: generated }),
      await kubectlOk('create -f - -o name', { input: generated }),
    ];
    expect(made).toMatch(/\/many-[a-z0-9]{5}\n$/);
    expect(again).not.toBe(made);
    await kubectlOk(['delete', made.trim(), again.trim()]);
  });

  it('apply makes, leaves, changes, and takes away what the file no longer says', async () => {
    const first = gatetoken('written', { vm: 'demo', duration: '10m', description: 'one' });
    expect(await kubectlOk('apply -f -', { input: first })).toContain('written created');
    expect(await kubectlOk('apply -f -', { input: first })).toContain('written unchanged');
    // The file does not remove a field that another manager owns.
    await kubectlOk('label gt written by=apply');
    const next = gatetoken('written', { vm: 'demo', duration: '10m' });
    expect(await kubectlOk('apply -f -', { input: next })).toContain('written configured');
    expect(await spec('written')).not.toHaveProperty('description');
    expect(await kubectlOk('get gt written --show-labels')).toContain('by=apply');
    expect(await kubectlOk('apply view-last-applied gt written')).toContain('duration: 10m');
    expect(
      await kubectlFails('apply -f -', { input: gatetoken('written', { vm: 'stopped', duration: '10m' }) }),
    ).toMatch(/is invalid: spec/);
  });

  it('apply --dry-run changes nothing and validates', async () => {
    const changed = gatetoken('written', { vm: 'demo', duration: '10m', description: 'dry' });
    expect(await kubectlOk('apply -f - --dry-run=server', { input: changed })).toContain(
      'written configured (server dry run)',
    );
    expect(await kubectlOk('apply -f - --dry-run=client', { input: changed })).toContain(
      'written configured (dry run)',
    );
    expect(await spec('written')).not.toHaveProperty('description');
    const bad = gatetoken('written', { vm: 'demo', duration: '1d' });
    expect(await kubectlFails('apply -f - --dry-run=server', { input: bad })).toContain('spec.duration');
  });

  it('diff tells with 1 that there is something to change, with 0 that there is not', async () => {
    const same = gatetoken('written', { vm: 'demo', duration: '10m' });
    expect(await kubectl('diff -f -', { input: same })).toMatchObject({ code: 0, stdout: '' });
    const changed = gatetoken('written', { vm: 'demo', duration: '10m', description: 'new' });
    for (const how of ['diff -f -', 'diff -f - --server-side --force-conflicts']) {
      const ran = await kubectl(how, { input: changed });
      expect(ran.code).toBe(1);
      expect(ran.stdout).toMatch(/^\+\s+description: new$/m);
    }
    const fresh = await kubectl('diff -f -', { input: gatetoken('never', { vm: 'demo' }) });
    expect(fresh.code).toBe(1);
    expect(fresh.stdout).toMatch(/^\+kind: GateToken$/m);
    const bad = await kubectl('diff -f -', { input: gatetoken('written', { vm: 'demo', duration: 'x' }) });
    expect(bad.code).toBeGreaterThan(1);
  });

  it('apply --server-side: one owner a field, a conflict named, taken over by force', async () => {
    const manifest = (replicas: number): string => gateserver('written', { route: HOST, replicas });
    expect(await kubectlOk('apply --server-side -f -', { input: manifest(3) })).toBe(
      'gateserver.kubegateway.kubevirt.io/written serverside-applied\n',
    );
    await kubectlOk('label gs written by=apply');
    const other = 'apply --server-side --field-manager=other -f -';
    const conflict = await kubectlFails(other, { input: manifest(4) });
    expect(conflict).toMatch(/Apply failed with 1 conflict: conflict with "kubectl".*\.spec\.replicas/);
    expect(conflict).toContain('--force-conflicts');
    await kubectlOk(`${other} --force-conflicts`, { input: manifest(4) });
    expect(await kubectlOk(`get gs written -o jsonpath='{.spec.replicas}'`)).toBe('4');
    // Same value, two owners: agreed.
    await kubectlOk('apply --server-side -f -', { input: manifest(4) });
    const managers = `get gs written --show-managed-fields -o jsonpath='{.metadata.managedFields[?(@.operation=="Apply")].manager}'`;
    expect((await kubectlOk(managers)).split(' ')).toEqual(expect.arrayContaining(['kubectl', 'other']));
    // One of the two lets go: the value stays. The last one lets go: the default is back.
    const without = gateserver('written', { route: HOST });
    await kubectlOk(other, { input: without });
    expect(await kubectlOk(`get gs written -o jsonpath='{.spec.replicas}'`)).toBe('4');
    await kubectlOk('apply --server-side -f -', { input: without });
    expect(await kubectlOk(`get gs written -o jsonpath='{.spec.replicas}'`)).toBe('2');
  });

  it('apply --server-side conflicts with an edit by hand, and takes over what apply wrote', async () => {
    await kubectlOk('patch gs written --type=merge -p {"spec":{"max-consoles":5}}');
    const conflict = await kubectlFails('apply --server-side -f -', {
      input: gateserver('written', { route: HOST, 'max-consoles': 7 }),
    });
    expect(conflict).toMatch(
      /conflict with "kubectl-patch" using kubegateway\.kubevirt\.io\/v1beta1.*\.spec\.max-consoles/,
    );
    const file = gatetoken('written', { vm: 'demo', duration: '10m', description: 'side' });
    expect(await kubectlOk('apply --server-side -f -', { input: file })).toContain('serverside-applied');
    expect(await spec('written')).toHaveProperty('description', 'side');
  });

  it('replace writes the whole object, and refuses an old version of it', async () => {
    const old = await kubectlOk('get gt written -o json');
    await kubectlOk('annotate gt written turn=one');
    expect(await kubectlFails('replace -f -', { input: old })).toMatch(
      /\(Conflict\).*the object has been modified; please apply your changes to the latest version and try again/,
    );
    const now = JSON.parse(await kubectlOk('get gt written -o json')) as { spec: object };
    const input = JSON.stringify({ ...now, spec: { ...now.spec, description: 'replaced' } });
    expect(await kubectlOk('replace -f -', { input })).toContain('written replaced');
    expect(await spec('written')).toHaveProperty('description', 'replaced');
  });
});
