import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { kubectl, kubectlFails, kubectlOk } from '../support/kubectl.js';
import { RunningKubectl } from '../support/kubectl-running.js';
import { pod } from '../support/manifests.js';
import { podsThatStay } from '../support/pods.js';
import { until } from '../support/until.js';

const GATEWAY = 'quay.io/kubevirt-ui/kube-gateway:0.1.0';
const OPERATOR = '-n kube-gateway deploy/kube-gateway-operator';
const jsonLines = (text: string): unknown[] =>
  text
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as unknown);

/** A gateway's pod, as `pod/NAME`. */
const gatewayPod = async (): Promise<string> =>
  `pod/${(await podsThatStay('-l app.kubernetes.io/instance=gateserver-sample --field-selector status.phase=Running')).at(-1)}`;

/** Pods that fail, each in its way: a gateway without its environment ends at once. */
const PODS = [
  pod('crashing', { containers: [{ name: 'main', image: GATEWAY }] }),
  pod('unknown', { containers: [{ name: 'main', image: 'registry.example/nothing:1' }] }),
  pod('unset', {
    containers: [
      {
        name: 'main',
        image: GATEWAY,
        env: [{ name: 'KEY', valueFrom: { secretKeyRef: { name: 'nowhere', key: 'key' } } }],
      },
    ],
  }),
];

describe('kubectl and pods', () => {
  beforeAll(async () => {
    await kubectlOk('create -f -', { input: PODS.join('\n') });
  });
  afterAll(async () => {
    await kubectl('delete pod crashing unknown unset --ignore-not-found --wait=false');
  });

  it('get shows what is wrong with each', async () => {
    const shows = async (name: string, row: RegExp) =>
      until(
        `${name} is shown as ${row}`,
        async () => row.test(await kubectlOk(`get pod ${name} --no-headers`)),
        60_000,
      );
    await shows('unknown', /0\/1\s+ErrImagePull\s+0/);
    await shows('crashing', /0\/1\s+CrashLoopBackOff\s+[1-9]\d* \(\d+s ago\)/);
    await shows('unset', /0\/1\s+CreateContainerConfigError\s+0/);
  }, 120_000);

  it('describe tells what happened, in events', async () => {
    const crashing = await kubectlOk('describe pod crashing');
    expect(crashing).toMatch(/Last State:\s+Terminated\n\s+Reason:\s+Error\n\s+Exit Code:\s+1/);
    expect(crashing).toMatch(
      /Normal\s+Scheduled\s.*kubelet.*\s+Successfully assigned gateway-example\/crashing to local/,
    );
    for (const reason of ['Pulled', 'Created', 'Started'])
      expect(crashing).toMatch(new RegExp(`Normal\\s+${reason}\\s`));
    expect(crashing).toMatch(/Warning\s+BackOff\s.*back-off.*restarting failed container/i);
    expect(await kubectlOk('describe pod unknown')).toMatch(
      /Warning\s+Failed\s.*Failed to pull image "registry.example\/nothing:1"/,
    );
    expect(await kubectlOk('describe pod unset')).toMatch(/Warning\s+Failed\s.*Error: secret "nowhere" not found/);
    expect(await kubectlOk(`describe ${await gatewayPod()}`)).toMatch(
      /Controlled By:\s+ReplicaSet\/gateserver-sample-/,
    );
  });

  it('describe shows our kinds, VMs and Deployments with their events', async () => {
    const server = await kubectlOk('describe gs gateserver-sample');
    expect(server).toMatch(/^Name:\s+gateserver-sample\nNamespace:\s+gateway-example\n/);
    expect(server).toMatch(/Conditions:[\s\S]*Type:\s+Ready[\s\S]*Events:[\s\S]*kube-gateway-operator/);
    expect(await kubectlOk('describe vm demo')).toMatch(/Printable Status:\s+Running/);
    await kubectlOk('rollout restart deploy/gateserver-sample');
    await kubectlOk('rollout status deploy/gateserver-sample --timeout=120s', { timeoutMs: 130_000 });
    expect(await kubectlOk('describe deploy gateserver-sample')).toMatch(
      /NewReplicaSet:\s+gateserver-sample-\S+ \(2\/2 replicas created\)[\s\S]*Normal\s+ScalingReplicaSet\s.*deployment-controller\s+Scaled up replica set/,
    );
    const owner = `get ${await gatewayPod()} -o jsonpath='{.metadata.ownerReferences[0].name}'`;
    const sets = await kubectlOk(`describe rs ${await kubectlOk(owner)}`);
    expect(sets).toMatch(/Normal\s+SuccessfulCreate\s.*replicaset-controller\s+Created pod: gateserver-sample-/);
  }, 200_000);

  it('events can be listed and chosen', async () => {
    const list = await kubectlOk(`get events --field-selector involvedObject.name=crashing,reason=Started`);
    expect(list).toMatch(/^LAST SEEN\s+TYPE\s+REASON\s+OBJECT\s+MESSAGE\n.*Normal\s+Started\s+pod\/crashing\s/);
    expect(await kubectlOk('events --for pod/unknown --types=Warning')).toMatch(/Warning\s+Failed\s+Pod\/unknown/);
  });

  it('logs of a gateway and of the operator, the last lines, with times, from a time on', async () => {
    const gateway = await gatewayPod();
    const whole = await kubectlOk(`logs ${gateway}`);
    expect(jsonLines(whole).length).toBeGreaterThan(0);
    expect(whole).not.toMatch(/eyJ[\w-]+\.eyJ/);
    expect(jsonLines(await kubectlOk(`logs ${OPERATOR} --tail=2`))).toHaveLength(2);
    expect(await kubectlOk(`logs ${gateway} --tail=1 --timestamps`)).toMatch(
      /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d+Z \{/,
    );
    expect(await kubectlOk(`logs ${gateway} --since=24h`)).toContain(whole.split('\n')[0]);
    expect(await kubectlOk(`logs ${gateway} --since-time=2100-01-01T00:00:00Z`)).toBe('');
    const all = await kubectlOk('logs -l app.kubernetes.io/instance=gateserver-sample --prefix --tail=1');
    expect(all).toMatch(/^\[pod\/gateserver-sample-\S+\/gateway\] \{/);
  });

  it('logs of a container that ended, that ended before, and that has none', async () => {
    const missing = 'Invalid environment';
    // It is started again and again: a run that has just begun has said nothing yet.
    await until('the log of the present run', async () => (await kubectlOk('logs crashing')).includes(missing));
    await until(
      'there is a former run',
      async () => (await kubectl('logs crashing -p')).stdout.includes(missing),
      30_000,
    );
    expect(await kubectlFails('logs unset -p')).toContain(
      'previous terminated container "main" in pod "unset" not found',
    );
    expect(await kubectlFails('logs unset')).toContain(
      'container "main" in pod "unset" is waiting to start: CreateContainerConfigError',
    );
    expect(await kubectlFails('logs unknown')).toContain(`is waiting to start: image can't be pulled`);
    expect(await kubectlFails('logs unset -c none')).toContain('container none is not valid for pod unset');
    expect(await kubectlFails('logs nobody')).toContain('pods "nobody" not found');
    expect(await kubectlFails('logs unset', { context: 'viewer' })).toContain('cannot get resource "pods/log"');
  });

  it('logs -f shows what comes, and ends with the container', async () => {
    const [operator, run] = [
      `-n kube-gateway pod/${(await podsThatStay('-n kube-gateway')).join()}`,
      new RunningKubectl('logs -f crashing'),
    ];
    const follow = new RunningKubectl(`logs -f ${operator} --tail=1`, { timeoutMs: 110_000 });
    try {
      expect(await run.ended).toBe(0);
      await follow.sees(/^\{/);
      const seen = follow.lines.length;
      await kubectlOk(`delete ${operator} --wait=false`);
      expect(await follow.ended).toBe(0);
      expect(follow.lines.length).toBeGreaterThanOrEqual(seen);
    } finally {
      await Promise.all([run.stop(), follow.stop()]);
    }
    await kubectlOk(`rollout status ${OPERATOR} --timeout=60s`, { timeoutMs: 70_000 });
  }, 150_000);

  it.each(['exec POD -- ls', 'attach POD', 'port-forward POD 0:8080'])(
    '%s is refused, with the reason',
    async (command) => {
      const said = await kubectlFails(command.replace('POD', await gatewayPod()));
      expect(said).toMatch(
        /(exec|attach|port-?forward) is not possible: the pods of this node are processes of the machine itself/i,
      );
    },
  );

  it('run and delete --now, expose, top', async () => {
    expect(await kubectlOk('run runs --image=registry.example/nothing:1 --restart=Never')).toBe('pod/runs created\n');
    expect(await kubectlOk('delete pod runs --now')).toContain('"runs"');
    expect(await kubectlOk('expose deploy gateserver-sample --name=exposed --port=80 --dry-run=client -o name')).toBe(
      'service/exposed\n',
    );
    expect(await kubectlFails('top pods')).toContain('Metrics API not available');
  });
});
