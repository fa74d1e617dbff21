import { afterAll, describe, expect, it } from 'vitest';
import { kubectl, kubectlFails, kubectlOk } from '../support/kubectl.js';
import { RunningKubectl } from '../support/kubectl-running.js';
import { deployment, gatetoken, haltedMachine } from '../support/manifests.js';
import { until } from '../support/until.js';

/** Kinds of what a Deployment makes that are there now. */
const kindsOf = async (name: string): Promise<string[]> => {
  const names = await kubectlOk(`get deploy,rs,pods -o name -l app=${name}`);
  const own = await kubectl(`get deploy ${name} -o name`);
  return [
    ...new Set(
      (names + own.stdout)
        .trim()
        .split('\n')
        .filter(Boolean)
        .map((line) => line.split(/[./]/)[0] ?? ''),
    ),
  ].sort();
};

async function rollOut(name: string): Promise<void> {
  await kubectlOk('create -f -', { input: deployment(name) });
  await until('the Deployment has a pod', async () => (await kindsOf(name)).join() === 'deployment,pod,replicaset');
}

describe('kubectl delete and wait', () => {
  afterAll(async () => {
    await kubectl('delete deploy,rs,pods -l app --cascade=background --ignore-not-found --wait=false');
    await kubectl('delete deploy bg fg orphan --ignore-not-found');
    await kubectl('delete gt going going-too --ignore-not-found --wait=false');
    await kubectl('delete vm going --ignore-not-found --wait=false');
  });

  it('in the background: the owner is gone at once, what it owned follows', async () => {
    await rollOut('bg');
    expect(await kubectlOk('delete deploy bg --cascade=background')).toMatch(/^deployment\.apps "bg" deleted/);
    await until('all of it is gone', async () => (await kindsOf('bg')).length === 0);
  });

  it('in the foreground: the owner goes last', async () => {
    await rollOut('fg');
    const set = (await kubectlOk('get rs -l app=fg -o name')).trim();
    await kubectlOk(`patch ${set} --type=merge -p {"metadata":{"finalizers":["example.com/held"]}}`);
    await kubectlOk('delete deploy fg --cascade=foreground --wait=false');
    await until('the pods are gone', async () => !(await kindsOf('fg')).includes('pod'));
    expect(await kubectlOk(`get deploy fg -o jsonpath='{.metadata.finalizers}'`)).toBe('["foregroundDeletion"]');
    await kubectlOk(`patch ${set} --type=merge -p {"metadata":{"finalizers":null}}`);
    await kubectlOk('wait deploy/fg --for=delete --timeout=30s');
    expect(await kindsOf('fg')).toEqual([]);
  });

  it('as orphans: what it owned stays and has no owner', async () => {
    await rollOut('orphan');
    await kubectlOk('delete deploy orphan --cascade=orphan');
    expect(await kindsOf('orphan')).toEqual(['pod', 'replicaset']);
    expect(await kubectlOk(`get rs -l app=orphan -o jsonpath='{.items[*].metadata.ownerReferences}'`)).toBe('');
    await kubectlOk('delete rs -l app=orphan --cascade=orphan');
    expect(await kindsOf('orphan')).toEqual(['pod']);
    await kubectlOk('delete pods -l app=orphan --now');
    expect(await kindsOf('orphan')).toEqual([]);
  });

  it('waits for a finalizer, or does not where told not to', async () => {
    await kubectlOk('create -f -', { input: gatetoken('going', { vm: 'demo', duration: '10m' }) });
    await kubectlOk(`patch gt going --type=merge -p {"metadata":{"finalizers":["example.com/held"]}}`);
    await kubectlOk('delete gt going --wait=false');
    expect(await kubectlOk(`get gt going -o jsonpath='{.metadata.deletionTimestamp}'`)).toMatch(/^\d{4}-/);
    expect(await kubectlFails('delete gt going --timeout=1s')).toContain('timed out waiting for the condition');
    const deletion = new RunningKubectl('delete gt going');
    const waiting = new RunningKubectl('wait gt/going --for=delete --timeout=30s');
    await deletion.sees(/"going" deleted/);
    await kubectlOk(`patch gt going --type=merge -p {"metadata":{"finalizers":null}}`);
    expect(await deletion.ended).toBe(0);
    expect(await waiting.ended).toBe(0);
    expect(await kubectlFails('get gt going')).toContain('not found');
  });

  it('deletes by label, by file, all, with a dry run, and says what is not there', async () => {
    const input = `${gatetoken('going', { vm: 'demo' })}\n${gatetoken('going-too', { vm: 'demo' })}`;
    await kubectlOk('create -f -', { input });
    await kubectlOk('label gt going going-too bye=yes');
    expect(await kubectlOk('delete gt -l bye=yes --dry-run=server')).toContain('(server dry run)');
    expect(await kubectlOk('delete gt -l bye=yes --dry-run=client -o name')).toContain(
      'gatetoken.kubegateway.kubevirt.io/going\n',
    );
    expect(await kubectlOk('delete gt -l bye=yes')).toMatch(/"going" deleted[\s\S]*"going-too" deleted/);
    expect(await kubectl('delete gt -l bye=yes')).toMatchObject({ code: 0, stdout: 'No resources found\n' });
    expect(await kubectlFails('delete gt going')).toContain('gatetokens.kubegateway.kubevirt.io "going" not found');
    expect(await kubectl('delete gt going --ignore-not-found')).toMatchObject({ code: 0, stdout: '' });
    expect(await kubectlFails('delete gt -l bye=yes', { context: 'viewer' })).toContain(
      'cannot list resource "gatetokens"',
    );
  });

  it('wait sees conditions and fields come true', async () => {
    const waiting = new RunningKubectl(`wait vm/going --for=create --timeout=30s`);
    await kubectlOk('create -f -', { input: haltedMachine('going') });
    expect(await waiting.ended).toBe(0);
    await kubectlOk(`wait vm/going --for=jsonpath='{.status.printableStatus}'=Stopped --timeout=30s`);
    const running = new RunningKubectl(`wait vm going --for=condition=Ready --timeout=60s`);
    const status = new RunningKubectl(`wait vm going --for=jsonpath={.status.printableStatus}=Running --timeout=60s`);
    await kubectlOk('patch vm going --type=merge -p {"spec":{"runStrategy":"Always"}}');
    expect(await running.ended).toBe(0);
    expect(await status.ended).toBe(0);
    expect(running.lines).toContain('virtualmachine.kubevirt.io/going condition met');
    await kubectlOk('delete vm going --wait');
    await kubectlOk('wait vm/going vmi/going --for=delete --timeout=30s');
  });

  it('wait gives up in time, and on what is not there', async () => {
    expect(await kubectlFails('wait vm demo --for=condition=Paused --timeout=1s')).toContain(
      'timed out waiting for the condition on virtualmachines/demo',
    );
    expect(await kubectlFails('wait vm demo --for=jsonpath={.status.ready}=false --timeout=1s')).toContain('timed out');
    expect(await kubectlFails('wait vm nobody --for=condition=Ready --timeout=5s')).toContain('"nobody" not found');
    expect(await kubectlOk('wait vm nobody --for=delete --timeout=5s')).toBe('');
    expect(await kubectlOk(`wait gs --all --for=condition=Ready --timeout=30s`)).toContain(
      'gateserver-sample condition met',
    );
    expect(
      await kubectlOk(`wait pods -l app.kubernetes.io/instance=gateserver-sample --for=condition=Ready --timeout=30s`),
    ).toContain('condition met');
  });
});
