import { Informer, isKubeError, type KubeClient, type KubeObject, types, WorkQueue } from '#libs/kube';
import { discover, type ServedType } from '../../discovery/index.js';
import { type Cache } from '../cache.js';
import { collect } from './collect.js';
import { Graph } from './graph.js';

const RENEW_MS = 300_000;
const MAX_BACKOFF_MS = 10_000;
/** Nobody owns these, and they are many. */
const SKIPPED = new Set(['events']);

/** What the graph needs of an object: the rest would be held twice. */
const bare = ({ metadata }: KubeObject): KubeObject => ({ metadata });

/** Deletes what lost its owners, in the way in which the owner was deleted. */
export class GarbageCollector {
  private readonly graph = new Graph();
  private readonly informers = new Map<string, Informer<KubeObject>>();
  private readonly queue: WorkQueue;
  private looking: Promise<void> = Promise.resolve();
  private asked = false;
  private stopped = false;

  constructor(
    private readonly client: KubeClient,
    cache: Cache,
    private readonly onError: (error: unknown) => void,
  ) {
    this.queue = new WorkQueue((uid) => this.work(uid), {
      maxMs: MAX_BACKOFF_MS,
      onError: (error) => isKubeError(error, 404, 409) || onError(error),
    });
    // New kinds come with CRDs: they are watched as soon as they are served.
    cache
      .of<KubeObject>(types.crds)
      .on('put', () => this.look())
      .on('delete', () => this.look());
  }

  /** Resolves when everything that is there has been seen. */
  async start(): Promise<void> {
    this.look();
    await this.looking;
    await Promise.all([...this.informers.values()].map((informer) => informer.synced()));
  }

  async stop(): Promise<void> {
    this.stopped = true;
    await this.looking;
    await Promise.all([...this.informers.values()].map((informer) => informer.stop()));
    await this.queue.stop();
  }

  private look(): void {
    if (this.asked) return;
    this.asked = true;
    const refresh = (): Promise<void> => {
      this.asked = false;
      return this.refresh();
    };
    this.looking = this.looking.then(refresh).catch(this.onError);
  }

  private async refresh(): Promise<void> {
    if (this.stopped) return;
    const { types: served } = await discover(this.client);
    const wanted = served.filter(isCollectable);
    const keys = new Set(wanted.map(keyOfType));
    for (const type of wanted) if (!this.informers.has(keyOfType(type))) this.watch(type);
    for (const [key, informer] of this.informers) {
      if (keys.has(key)) continue;
      this.informers.delete(key);
      for (const object of informer.list()) this.gone(object);
      void informer.stop();
    }
  }

  private watch(type: ServedType): void {
    const options = { renewMs: RENEW_MS, transform: bare, onError: this.onError };
    const informer = new Informer<KubeObject>(this.client, type, options);
    informer.on('put', (object) => {
      this.graph.put(type, object);
      if (concerns(object)) this.queue.add(object.metadata.uid ?? '');
    });
    informer.on('delete', (object) => this.gone(object));
    informer.start();
    this.informers.set(keyOfType(type), informer);
  }

  private gone(object: KubeObject): void {
    const { uid = '', ownerReferences = [] } = object.metadata;
    this.graph.delete(uid);
    for (const dependent of this.graph.dependentsOf(uid)) this.queue.add(dependent.uid);
    // An owner that waits for its last dependent.
    for (const owner of ownerReferences) this.queue.add(owner.uid);
  }

  private async work(uid: string): Promise<void> {
    const node = this.graph.get(uid);
    if (node) await collect(this.client, this.graph, node);
  }
}

const keyOfType = ({ group, version, resource }: ServedType): string => `${group}/${version}/${resource}`;

function concerns({ metadata }: KubeObject): boolean {
  return metadata.deletionTimestamp !== undefined || (metadata.ownerReferences?.length ?? 0) > 0;
}

const isCollectable = ({ verbs, resource }: ServedType): boolean =>
  !SKIPPED.has(resource) && ['list', 'watch', 'delete'].every((verb) => verbs.includes(verb));
