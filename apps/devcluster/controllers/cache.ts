import { Informer, type KubeClient, type KubeObject, type ResourceType } from '#libs/kube';

/** Watches of this process's own make: renewed seldom, since nothing here decides about access. */
const RENEW_MS = 300_000;

/** One informer a resource, shared by all controllers. */
export class Cache {
  private readonly informers = new Map<string, Informer<KubeObject>>();

  constructor(
    readonly client: KubeClient,
    private readonly onError: (error: unknown) => void,
  ) {}

  /** The informer of a resource. Handlers are added before `start`. */
  of<T extends KubeObject>(type: ResourceType): Informer<T> {
    const key = `${type.group}/${type.resource}`;
    let informer = this.informers.get(key);
    if (!informer) {
      informer = new Informer<KubeObject>(this.client, type, { renewMs: RENEW_MS, onError: this.onError });
      this.informers.set(key, informer);
    }
    return informer as unknown as Informer<T>;
  }

  async start(): Promise<void> {
    const all = [...this.informers.values()];
    all.forEach((informer) => informer.start());
    await Promise.all(all.map((informer) => informer.synced()));
  }

  async stop(): Promise<void> {
    await Promise.all([...this.informers.values()].map((informer) => informer.stop()));
  }
}
