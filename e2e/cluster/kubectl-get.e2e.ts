import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { kubectl, kubectlFails, kubectlOk } from '../support/kubectl.js';
import { RunningKubectl } from '../support/kubectl-running.js';
import { gatetoken } from '../support/manifests.js';

const NAMES = ['seen-a', 'seen-b', 'seen-c'];

describe('kubectl get', () => {
  beforeAll(async () => {
    for (const name of NAMES) {
      await kubectlOk('apply -f -', { input: gatetoken(name, { vm: 'demo', duration: '10m' }) });
      await kubectlOk(`label gt ${name} seen=${name}`);
    }
    await kubectlOk(`wait gt ${NAMES.join(' ')} --for=condition=Ready --timeout=30s`);
  });
  afterAll(async () => {
    await kubectl(`delete gt ${NAMES.join(' ')} seen-d --ignore-not-found`);
  });

  it('prints the columns of each kind, by short name, and more with -o wide', async () => {
    expect(await kubectlOk('get gs')).toMatch(/^NAME\s+PHASE\s+URL\s[\s\S]*gateserver-sample\s+Ready\s+http/);
    expect(await kubectlOk('get vms')).toMatch(/^NAME\s+AGE\s+STATUS\s+READY\n[\s\S]*demo\s.*Running\s+True/);
    expect(await kubectlOk('get pods')).toMatch(
      /^NAME\s+READY\s+STATUS\s+RESTARTS\s+AGE\n[\s\S]*gateserver-sample-\S+\s+1\/1\s+Running/,
    );
    expect(await kubectlOk('get gt seen-a')).not.toContain('ISSUER');
    expect(await kubectlOk('get gt seen-a -o wide')).toMatch(/^NAME.*FROM\s+ISSUER\s+DESCRIPTION/);
    expect(await kubectlOk('get pods -o wide')).toMatch(/^NAME.*\sIP\s+NODE\s+NOMINATED NODE\s+READINESS GATES/);
    expect(await kubectlOk('get deploy -o wide')).toMatch(/CONTAINERS\s+IMAGES\s+SELECTOR/);
    expect(await kubectlOk('get gt seen-a --no-headers -L seen')).toMatch(/^seen-a\s+Ready\s+demo\s.*\sseen-a\n$/);
    expect(await kubectlOk('get gt seen-a --show-labels')).toMatch(/LABELS[\s\S]*seen=seen-a/);
  });

  it('prints several kinds at once, and categories', async () => {
    const both = await kubectlOk('get vm,vmi -o name');
    expect(both.split('\n')).toEqual(
      expect.arrayContaining(['virtualmachine.kubevirt.io/demo', 'virtualmachineinstance.kubevirt.io/demo']),
    );
    const all = await kubectlOk('get all -o name');
    for (const name of [
      'deployment.apps/gateserver-sample',
      'service/gateserver-sample',
      'virtualmachine.kubevirt.io/demo',
    ]) {
      expect(all).toContain(name);
    }
  });

  it('prints YAML and JSON, without managed fields unless asked for', async () => {
    const yaml = await kubectlOk('get gt seen-a -o yaml');
    expect(yaml).toMatch(/^apiVersion: kubegateway\.kubevirt\.io\/v1beta1\nkind: GateToken\nmetadata:\n/);
    expect(yaml).not.toContain('managedFields');
    expect(await kubectlOk('get gt seen-a -o yaml --show-managed-fields')).toContain(
      'manager: kubectl-client-side-apply',
    );
    const list = JSON.parse(await kubectlOk('get gt -l seen -o json')) as { kind: string; items: unknown[] };
    expect(list).toMatchObject({ kind: 'List', items: NAMES.map((name) => ({ metadata: { name } })) });
  });

  it('prints what jsonpath, custom-columns, go-template and name pick', async () => {
    expect(await kubectlOk(`get gt seen-a -o jsonpath='{.spec.vm} {.status.phase}'`)).toBe('demo Ready');
    expect(await kubectlOk(`get gt -l seen -o jsonpath='{range .items[*]}{.metadata.name};{end}'`)).toBe(
      'seen-a;seen-b;seen-c;',
    );
    expect(
      await kubectlOk(`get gs gateserver-sample -o jsonpath='{.status.conditions[?(@.type=="Ready")].status}'`),
    ).toBe('True');
    expect(
      await kubectlOk('get gt -l seen -o custom-columns=TOKEN:.metadata.name,FOR:.spec.vm,NONE:.spec.none'),
    ).toMatch(/^TOKEN\s+FOR\s+NONE\nseen-a\s+demo\s+<none>\n/);
    expect(await kubectlOk(`get vm demo -o go-template='{{.metadata.name}} {{.spec.runStrategy}}'`)).toBe(
      'demo Always',
    );
    expect(await kubectlOk('get gt -l seen -o name --sort-by=.metadata.name')).toBe(
      NAMES.map((name) => `gatetoken.kubegateway.kubevirt.io/${name}\n`).join(''),
    );
  });

  it('selects by labels and fields', async () => {
    expect(await kubectlOk(`get gt -l 'seen in (seen-a,seen-c),seen!=seen-a' -o name`)).toBe(
      'gatetoken.kubegateway.kubevirt.io/seen-c\n',
    );
    expect(await kubectlOk('get gt --field-selector metadata.name=seen-b -o name')).toMatch(/\/seen-b\n$/);
    expect(await kubectlOk('get pods --field-selector status.phase=Running -o name')).toContain(
      'pod/gateserver-sample-',
    );
    expect(await kubectlOk('get pods --field-selector status.phase=Succeeded -o name')).not.toContain(
      'gateserver-sample',
    );
    expect(await kubectlFails('get gt --field-selector spec.vm=demo')).toContain('field label not supported: spec.vm');
    expect(await kubectlFails(`get gt -l 'a in'`)).toContain('unable to parse requirement');
  });

  it('reads a list in chunks and misses nothing, whether the server cuts it or not', async () => {
    const whole = await kubectlOk('get gt -o name');
    expect(await kubectlOk('get gt -o name --chunk-size=1')).toBe(whole);
    expect(await kubectlOk('get gt --no-headers --chunk-size=2')).toContain('seen-c');
    const { stderr } = await kubectl('get gt -o name --chunk-size=1 -v=6');
    expect(stderr).toMatch(/limit=1/);
  });

  it('says what is not there, and that a list is empty', async () => {
    expect(await kubectlFails('get gt nobody')).toBe(
      'Error from server (NotFound): gatetokens.kubegateway.kubevirt.io "nobody" not found\n',
    );
    expect(await kubectl('get gt -l seen=nothing')).toMatchObject({
      code: 0,
      stderr: 'No resources found in gateway-example namespace.\n',
    });
    expect(await kubectlOk('get gt nobody --ignore-not-found')).toBe('');
    expect(await kubectlFails('get gatetoken-s')).toContain(`the server doesn't have a resource type "gatetoken-s"`);
    expect(await kubectlFails('get secrets', { context: 'dev' })).toBe(
      'Error from server (Forbidden): secrets is forbidden: User "dev" cannot list resource "secrets" in API group "" in the namespace "gateway-example"\n',
    );
  });

  it('asks for any path with --raw', async () => {
    expect(await kubectlOk('get --raw /readyz')).toBe('ok');
    expect(JSON.parse(await kubectlOk('get --raw /version'))).toMatchObject({ major: '1' });
    const path = '/apis/kubegateway.kubevirt.io/v1beta1/namespaces/gateway-example/gatetokens/seen-a';
    expect(JSON.parse(await kubectlOk(['get', '--raw', path]))).toMatchObject({
      kind: 'GateToken',
      spec: { vm: 'demo' },
    });
    const version = '/apis/subresources.kubevirt.io/v1/version';
    expect(JSON.parse(await kubectlOk(['get', '--raw', version]))).toHaveProperty('gitVersion');
    expect(await kubectlFails(['get', '--raw', `${path}-nobody`])).toContain('NotFound');
  });

  it('shows changes as they come with -w, until it is ended', async () => {
    const watch = new RunningKubectl('get gt -w --output-watch-events -l seen');
    try {
      await watch.sees(/^ADDED\s+seen-c\s+Ready/);
      await kubectlOk('apply -f -', { input: gatetoken('seen-d', { vm: 'demo', duration: '10m' }) });
      await kubectlOk('label gt seen-d seen=late');
      await watch.sees(/^ADDED\s+seen-d\s/);
      await kubectlOk('patch gt seen-d --type=merge -p {"spec":{"revoked":true}}');
      await watch.sees(/^MODIFIED\s+seen-d\s+Revoked/);
      await kubectlOk('delete gt seen-d');
      await watch.sees(/^DELETED\s+seen-d\s/);
    } finally {
      await watch.stop();
    }
  });

  it('watches one object, and only what comes with --watch-only', async () => {
    const one = new RunningKubectl(`get gt seen-a -w -o jsonpath='{.metadata.labels.turn}{"\\n"}'`);
    const news = new RunningKubectl('get gt --watch-only -o name');
    try {
      await one.sees(/^$/);
      for (const turn of ['one', 'two']) {
        await kubectlOk(`label gt seen-a turn=${turn} --overwrite`);
        await one.sees(new RegExp(`^${turn}$`));
      }
      await kubectlOk('label gt seen-b turn=one');
      await news.sees(/\/seen-b$/);
      expect(news.lines.filter((line) => line.endsWith('/seen-c'))).toEqual([]);
    } finally {
      await Promise.all([one.stop(), news.stop()]);
    }
  });
});
