import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { cluster } from '../support/cluster.js';
import { kubectl, kubectlFails, kubectlOk } from '../support/kubectl.js';
import { deployment, gatetoken, haltedMachine } from '../support/manifests.js';

const read = async (path: string, object = 'gt/changed'): Promise<string> =>
  kubectlOk(['get', object, '-o', `jsonpath={${path}}`]);

describe('kubectl patch, edit, label, annotate', () => {
  beforeAll(async () => {
    await kubectlOk('create -f -', { input: gatetoken('changed', { vm: 'demo', duration: '10m' }) });
    await kubectlOk('create -f -', { input: haltedMachine('changed') });
    await kubectlOk('create -f -', { input: deployment('changed', 0) });
  });
  afterAll(async () => {
    await kubectl('delete gt/changed vm/changed deploy/changed --ignore-not-found');
  });

  it('patches with a merge patch: sets, and removes by null', async () => {
    expect(await kubectlOk('patch gt changed --type=merge -p {"spec":{"description":"x"}}')).toMatch(
      /changed patched\n$/,
    );
    expect(await kubectlOk('patch gt changed --type=merge -p {"spec":{"description":"x"}}')).toMatch(
      /patched \(no change\)\n$/,
    );
    expect(await read('.spec.description')).toBe('x');
    await kubectlOk('patch gt changed --type=merge -p {"spec":{"description":null}}');
    expect(await read('.spec.description')).toBe('');
  });

  it('patches with a JSON patch: tests, adds, replaces, removes', async () => {
    const json = (operations: object[]): string[] => [
      'patch',
      'gt',
      'changed',
      '--type=json',
      '-p',
      JSON.stringify(operations),
    ];
    await kubectlOk(json([{ op: 'add', path: '/spec/description', value: 'y' }]));
    await kubectlOk(
      json([
        { op: 'test', path: '/spec/description', value: 'y' },
        { op: 'replace', path: '/spec/description', value: 'z' },
      ]),
    );
    expect(await read('.spec.description')).toBe('z');
    expect(await kubectlFails(json([{ op: 'test', path: '/spec/description', value: 'other' }]))).toContain(
      'The request is invalid',
    );
    expect(await kubectlFails(json([{ op: 'remove', path: '/spec/none' }]))).toMatch(/remove|invalid/i);
    await kubectlOk(json([{ op: 'remove', path: '/spec/description' }]));
    expect(await read('.spec.description')).toBe('');
  });

  it('patches built-in kinds strategically, and gets an error for custom resources', async () => {
    const patch = {
      spec: { template: { spec: { containers: [{ name: 'second', image: 'registry.example/second:1' }] } } },
    };
    await kubectlOk(['patch', 'deploy', 'changed', '-p', JSON.stringify(patch)]);
    expect(await read('.spec.template.spec.containers[*].name', 'deploy/changed')).toBe('second main');
    const gone = { spec: { template: { spec: { containers: [{ name: 'second', $patch: 'delete' }] } } } };
    await kubectlOk(['patch', 'deploy', 'changed', '--type=strategic', '-p', JSON.stringify(gone)]);
    expect(await read('.spec.template.spec.containers[*].name', 'deploy/changed')).toBe('main');
    for (const object of ['gt/changed', 'vm/changed']) {
      expect(await kubectlFails(`patch ${object} --type=strategic -p {"metadata":{"labels":{"a":"b"}}}`)).toMatch(
        /application\/strategic-merge-patch\+json is not supported by .*: the body of the request was in an unknown format/,
      );
    }
  });

  it('refuses a malformed patch, one that violates the schema, and one of a missing object', async () => {
    expect(await kubectlFails('patch gt changed --type=merge -p {')).toContain('(BadRequest)');
    expect(await kubectlFails('patch gt changed --type=merge -p {"spec":{"duration":"9h"}}')).toMatch(
      /is invalid: spec.*duration/,
    );
    expect(await kubectlFails('patch gt nobody --type=merge -p {}')).toContain(
      'gatetokens.kubegateway.kubevirt.io "nobody" not found',
    );
    expect(await kubectlFails('patch gt changed --type=merge -p {"metadata":{"name":"other"}}')).toMatch(
      /the name of the object|metadata.name/,
    );
    expect(
      await kubectlFails('patch gs gateserver-sample --type=merge -p {"spec":{"replicas":3}}', { context: 'dev' }),
    ).toContain('User "dev" cannot patch resource "gateservers"');
  });

  it('patches a subresource', async () => {
    expect(
      await kubectlOk('patch deploy changed --subresource=scale --type=merge -p {"spec":{"replicas":0}}'),
    ).toContain('changed patched');
    expect(await kubectlOk('get deploy changed --subresource=status -o name')).toBe('deployment.apps/changed\n');
    await kubectlOk('patch vm changed --subresource=status --type=merge -p {"status":{"printableStatus":"Written"}}');
  });

  /** kubectl edit with a sed script as the editor; what could not be saved is kept in the folder of the tests. */
  const edit = async (script: string, object = 'gt/changed') => editWith(`sed -i '${script}'`, object);
  const editWith = async (editor: string, object = 'gt/changed') =>
    kubectl(`edit ${object}`, { env: { KUBE_EDITOR: editor, TMPDIR: cluster().data } });

  it('edits in the editor of the user', async () => {
    await edit('s/^spec:/&\\n  description: first/');
    expect(await read('.spec.description')).toBe('first');
    const ran = await kubectl('edit gt changed', {
      env: { EDITOR: `sed -i 's/description:.*/description: second/'`, KUBE_EDITOR: '' },
    });
    expect(ran.stdout).toMatch(/changed edited\n$/);
    expect(await read('.spec.description')).toBe('second');
    expect((await edit('s/^spec:/&\\n  paused: true/', 'deploy/changed')).stdout).toMatch(/changed edited\n$/);
    expect(await read('.spec.paused', 'deploy/changed')).toBe('true');
  });

  it('an edit that changes nothing is cancelled, and so is one of a broken editor', async () => {
    expect(await edit('s/nothing/else/')).toMatchObject({ code: 0, stderr: 'Edit cancelled, no changes made.\n' });
    expect(await editWith('false')).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('there was a problem with the editor "false"') as string,
    });
  });

  it('a wrong edit is shown again with the reason, and nothing is saved', async () => {
    // What the editor is given goes to stderr; it changes the same again, so that kubectl gives up.
    const shown = `sh -c 'cat "$0" >&2; sed -i "s/duration:.*/duration: 9h/" "$0"'`;
    const refused = await editWith(shown);
    expect(refused.code).toBe(1);
    expect(refused.stderr).toMatch(/^# .*"changed" was not valid:\n(#.*\n)*# \* spec.*duration/m);
    expect(refused.stderr).toContain('Edit cancelled, no valid changes were saved.');
    const broken = await edit('s/^spec:.*/spec: [/');
    expect(broken.code).toBe(1);
    expect(await read('.spec.duration')).toBe('10m');
  });

  it('an edit keeps what another user changed meanwhile', async () => {
    const meanwhile = `sh -c 'kubectl annotate gt changed meanwhile=yes >/dev/null && sed -i s/second/third/ "$0"'`;
    expect(await editWith(meanwhile)).toMatchObject({ code: 0 });
    expect(await read('.spec.description')).toBe('third');
    expect(await read('.metadata.annotations.meanwhile')).toBe('yes');
  });

  it.each([
    ['label', 'labels', 'labeled', 'unlabeled'],
    ['annotate', 'annotations', 'annotated', 'annotated'],
  ])('%s sets, overwrites where told to, removes', async (verb, field, done, undone) => {
    expect(await kubectlOk(`${verb} gt changed team=one`)).toMatch(new RegExp(`changed ${done}\n$`));
    expect(await kubectlFails(`${verb} gt changed team=two`)).toContain(`'team' already has a value (one)`);
    await kubectlOk(`${verb} gt changed team=two --overwrite`);
    expect(await read(`.metadata.${field}.team`)).toBe('two');
    expect(await kubectlFails(`${verb} gt changed team=x --overwrite --resource-version=1`)).toMatch(
      /Conflict|modified/,
    );
    expect(await kubectlOk(`${verb} gt changed --list`)).toContain('team=two');
    expect(await kubectlOk(`${verb} gt changed team-`)).toMatch(new RegExp(`changed ${undone}\n$`));
    expect(await read(`.metadata.${field}.team`)).toBe('');
    expect(await kubectlFails(`${verb} gt changed bad/k/ey=x`)).toMatch(/Invalid value|invalid/);
  });

  it('labels many at once', async () => {
    await kubectlOk('label gt,vm,deploy changed many=yes');
    expect((await kubectlOk('get gt,vm,deploy -l many=yes -o name')).trim().split('\n')).toHaveLength(3);
    expect(await kubectlFails(`label gt changed 'a=b c'`)).toContain('a valid label must');
  });

  it('set changes what it names', async () => {
    expect(await kubectlOk('set image deploy/changed main=registry.example/nothing:2')).toContain('image updated');
    expect(await kubectlOk('set env deploy/changed A=1')).toContain('env updated');
    expect(await read('.spec.template.spec.containers[0].image', 'deploy/changed')).toBe('registry.example/nothing:2');
    expect(await kubectlOk('set env deploy/changed --list')).toContain('A=1');
  });
});
