import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { kubectl, kubectlFails, kubectlOk } from '../support/kubectl.js';
import { RunningKubectl } from '../support/kubectl-running.js';
import { deployment } from '../support/manifests.js';
import { until } from '../support/until.js';

const OPERATOR = '-n kube-gateway deploy/kube-gateway-operator';
const podNames = async (): Promise<string[]> =>
  (await kubectlOk('get pods -l app.kubernetes.io/instance=gateserver-sample -o name')).trim().split('\n');

describe('kubectl rollout and scale', () => {
  beforeAll(async () => {
    await kubectlOk('create -f -', { input: deployment('rolled', 0) });
  });
  afterAll(async () => {
    await kubectlOk(`scale ${OPERATOR} --replicas=1`);
    await kubectl('delete deploy rolled --ignore-not-found');
  });

  it('restart replaces the gateways, one after the other, and status follows to the end', async () => {
    const before = await podNames();
    expect(await kubectlOk('rollout restart deploy/gateserver-sample')).toBe(
      'deployment.apps/gateserver-sample restarted\n',
    );
    const status = new RunningKubectl('rollout status deploy/gateserver-sample --timeout=120s', { timeoutMs: 130_000 });
    await status.sees(/^Waiting for deployment "gateserver-sample" rollout to finish/);
    await status.sees(/^deployment "gateserver-sample" successfully rolled out$/, 120_000);
    expect(await status.ended).toBe(0);
    await until(
      'the former pods are gone',
      async () => (await podNames()).every((name) => !before.includes(name)),
      60_000,
    );
    await kubectlOk('wait gs/gateserver-sample --for=condition=Ready --timeout=30s');
  }, 200_000);

  it('status returns immediately when the rollout is complete, and times out when it is not', async () => {
    expect(await kubectlOk(`rollout status ${OPERATOR}`)).toBe(
      'deployment "kube-gateway-operator" successfully rolled out\n',
    );
    await kubectlOk('scale deploy/rolled --replicas=1');
    expect(await kubectlFails('rollout status deploy/rolled --timeout=2s')).toContain(
      'timed out waiting for the condition',
    );
    expect(await kubectlOk('rollout status deploy/rolled --watch=false')).toContain(
      '0 of 1 updated replicas are available',
    );
    expect(await kubectlFails('rollout status deploy/nobody')).toContain('deployments.apps "nobody" not found');
  });

  it('history, undo, pause and resume', async () => {
    await kubectlOk('set image deploy/rolled main=registry.example/nothing:2');
    await until('there are two revisions', async () => /\n2\s/.test(await kubectlOk('rollout history deploy/rolled')));
    expect(await kubectlOk('rollout history deploy/rolled')).toMatch(
      /REVISION\s+CHANGE-CAUSE\n1\s+<none>\n2\s+<none>\n/,
    );
    expect(await kubectlOk('rollout history deploy/rolled --revision=1')).toContain('registry.example/nothing:1');
    expect(await kubectlOk('rollout undo deploy/rolled')).toContain('rolled back');
    expect(await kubectlOk(`get deploy rolled -o jsonpath='{..image}'`)).toBe('registry.example/nothing:1');
    await until('the revision is a new one', async () =>
      /\n3\s/.test(await kubectlOk('rollout history deploy/rolled')),
    );
    expect(await kubectlFails('rollout undo deploy/rolled --to-revision=9')).toContain(
      'unable to find specified revision 9',
    );
    expect(await kubectlOk('rollout pause deploy/rolled')).toContain('paused');
    expect(await kubectlFails('rollout restart deploy/rolled')).toContain(`can't restart paused deployment`);
    expect(await kubectlOk('rollout resume deploy/rolled')).toContain('resumed');
  });

  it('scale changes the number, where it is what was expected', async () => {
    expect(await kubectlOk('scale deploy/rolled --replicas=2 --current-replicas=1')).toContain('scaled');
    expect(await kubectlFails('scale deploy/rolled --replicas=5 --current-replicas=1')).toMatch(
      /Expected replicas to be 1, was 2/,
    );
    await until(
      'it has two pods',
      async () => (await kubectlOk('get pods -l app=rolled -o name')).trim().split('\n').length >= 2,
    );
    await kubectlOk('scale deploy/rolled --replicas=0');
    await until('it has none', async () => (await kubectlOk('get pods -l app=rolled -o name')) === '', 30_000);
    expect(await kubectlFails('scale deploy/rolled --replicas=-1')).toContain('--replicas');
    expect(await kubectlFails('scale gt/nobody --replicas=1')).toMatch(/not find|not found/);
  });

  it('the operator is scaled like any Deployment', async () => {
    await kubectlOk(`scale ${OPERATOR} --replicas=2`);
    expect(await kubectlOk(`rollout status ${OPERATOR} --timeout=60s`, { timeoutMs: 70_000 })).toContain(
      'successfully rolled out',
    );
    expect(await kubectlOk('get -n kube-gateway deploy kube-gateway-operator')).toMatch(/\s2\/2\s+2\s+2\s/);
    await kubectlOk(`scale ${OPERATOR} --replicas=1`);
    await until(
      'one is left',
      async () => (await kubectlOk('get pods -n kube-gateway -o name')).trim().split('\n').length === 1,
      60_000,
    );
  }, 150_000);
});
