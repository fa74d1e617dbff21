import { CoreV1Api, Informer, isKubeError, keyOf, type KubeClient, types, WorkQueue } from '#libs/kube';
import { type NodeContext } from './context.js';
import { type Pod } from './pod.js';
import { PodRunner } from './pod-runner.js';

/** A pod whose object is gone gets no grace from its API object any more; its processes get this. */
const ORPHAN_GRACE_MS = 2000;

/** Keeps what runs here equal to what the API server says is bound to this node; binds pods that have no node. */
export class NodePods {
  private readonly runners = new Map<string, PodRunner>();
  private readonly informer: Informer<Pod>;
  private readonly queue: WorkQueue;

  constructor(
    private readonly nodeName: string,
    private readonly context: NodeContext,
  ) {
    this.informer = new Informer<Pod>(context.client, types.pods, { onError: context.onError });
    this.queue = new WorkQueue((key) => this.reconcile(key), { maxMs: 10_000, onError: context.onError });
    this.informer.on('put', (pod) => this.queue.add(keyOf(pod)));
    this.informer.on('delete', (pod) => this.queue.add(keyOf(pod)));
  }

  async start(): Promise<void> {
    await removeFormerPods(this.context.client, this.nodeName);
    this.informer.start();
    await this.informer.synced();
  }

  /** Ends every process within `graceMs`; the pods' objects stay. */
  async stop(graceMs: number): Promise<void> {
    await this.informer.stop();
    const stopped = this.queue.stop();
    await Promise.all([...this.runners.values()].map((runner) => runner.stop(graceMs, 'SIGINT')));
    await stopped;
  }

  find(namespace: string, name: string): PodRunner | undefined {
    return this.runners.get(`${namespace}/${name}`);
  }

  private async reconcile(key: string): Promise<void> {
    const [namespace, name] = key.split('/');
    const pod = this.informer.get(name ?? '', namespace);
    const runner = this.runners.get(key);
    if (runner && runner.uid !== pod?.metadata.uid) {
      await runner.stop(ORPHAN_GRACE_MS);
      this.runners.delete(key);
      return this.reconcile(key);
    }
    if (!pod) return;
    if (!pod.spec.nodeName) return this.bind(pod);
    if (pod.spec.nodeName === this.nodeName) this.run(key, pod, runner);
  }

  private run(key: string, pod: Pod, runner: PodRunner | undefined): void {
    const current = runner ?? new PodRunner(pod, this.context);
    this.runners.set(key, current);
    current.update(pod);
    if (pod.metadata.deletionTimestamp) {
      // Not awaited: a pod that takes its whole grace must not hold up the others. Its deletion comes back as an event.
      void current.terminate(graceOf(pod) * 1000);
    } else if (!runner) current.start();
  }

  private async bind(pod: Pod): Promise<void> {
    if (pod.metadata.deletionTimestamp) return;
    const { name = '', namespace = '' } = pod.metadata;
    const body = { metadata: { name, namespace }, target: { apiVersion: 'v1', kind: 'Node', name: this.nodeName } };
    try {
      await this.context.client.api(CoreV1Api).createNamespacedPodBinding({ name, namespace, body });
      this.context.event(pod, 'Normal', 'Scheduled', `Successfully assigned ${namespace}/${name} to ${this.nodeName}`);
    } catch (error) {
      if (!isKubeError(error, 404, 409)) throw error;
    }
  }
}

const graceOf = ({ metadata, spec }: Pod): number =>
  metadata.deletionGracePeriodSeconds ?? spec.terminationGracePeriodSeconds ?? 30;

/** Pods that an earlier run left: their processes ended with it. Their owners make new ones. */
async function removeFormerPods(client: KubeClient, nodeName: string): Promise<void> {
  const { items } = await client.list<Pod>(types.pods);
  const former = items.filter((pod) => pod.spec.nodeName === nodeName);
  await Promise.all(
    former.map(async ({ metadata: { name = '', namespace } }) => {
      await client.delete(types.pods, name, namespace, { gracePeriodSeconds: 0 }).catch((error: unknown) => {
        if (!isKubeError(error, 404)) throw error;
      });
    }),
  );
}
