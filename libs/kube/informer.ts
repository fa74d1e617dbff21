// Ours, as the ListWatch of @kubernetes/client-node ends on a cut connection, a 429 and a 500: it restarts only after a
// 410 or its own time-out. It also takes no Retry-After into account and does not say when the server was last in touch.
import { Backoff } from './backoff.js';
import { type KubeClient, type Query } from './client.js';
import { GarbageError, isKubeError, KubeError, NetworkError, retryAfterOf } from './errors.js';
import { type Change, Store } from './store.js';
import { type KubeList, type KubeObject, type ReadOptions, type ResourceType } from './types.js';
import { watch, type WatchEvent } from './watch.js';

/** Objects of one page of a list. */
const PAGE = 500;
const BACKOFF_MS = 200;
const BACKOFF_MAX_MS = 10_000;
/** How long a watch may overrun the end that the server was asked for, before it counts as dead. */
const OVERRUN_MS = 5_000;
/** A list younger than this that is too old already: the next one would be, too. */
const YOUNG_MS = 1_000;
/** So many fruitless watches in a row, and an answered list or an opened watch no longer counts as contact. */
const FRUITLESS = 2;

export interface InformerOptions<T> extends ReadOptions {
  /** Default: all namespaces. */
  namespace?: string;
  labelSelector?: string;
  fieldSelector?: string;
  /** Objects of one page of a list: fewer where they are large. Default 500. */
  page?: number;
  /** Each watch is ended and restarted after this, which proves that the API server is in touch. Default 30 s. */
  renewMs?: number;
  /** Milliseconds; default Date.now. */
  clock?: () => number;
  /** Waits before the next try. */
  backoff?: { baseMs: number; maxMs: number };
  /** Drops fields that are not needed before an object is kept. */
  transform?: (object: T) => T;
  /** Told of every fault of list, watch and handlers; the informer itself goes on. */
  onError?: (error: unknown) => void;
}

interface Handlers<T> {
  /** `old` is undefined for a new object. */
  put: (object: T, old: T | undefined) => void;
  delete: (object: T) => void;
  /** The whole list was read again after the watch had lost its place (put and delete came before this). */
  reset: () => void;
}

/**
 * A live copy of a kind's objects: list, then watch, restarted after every kind of fault. 410 lists again immediately, a
 * server's Retry-After is kept, everything else backs off with jitter. A handler that throws is reported and stops nothing.
 */
export class Informer<T extends KubeObject> {
  /**
   * When the API server last proved that it is in touch (list answered, watch opened, ended in order, or an event). While
   * one watch after another is fruitless, changes come late or not at all, and only a watch that works proves anything.
   */
  lastContact = 0;
  readonly #store = new Store<T>();
  readonly #handlers: { [E in keyof Handlers<T>]: Handlers<T>[E][] } = { put: [], delete: [], reset: [] };
  readonly #backoff: Backoff;
  readonly #stop = new AbortController();
  readonly #synced: Promise<void>;
  #resolveSynced: () => void = () => undefined;
  #hasSynced = false;
  #resourceVersion: string | undefined;
  #listedAt = -Infinity;
  /** Watches in a row that were refused, unreadable, over at once, or not ended in time. */
  #fruitless = 0;
  #loop: Promise<void> | undefined;

  constructor(
    private readonly client: KubeClient,
    private readonly type: ResourceType,
    private readonly options: InformerOptions<T> = {},
  ) {
    const { baseMs = BACKOFF_MS, maxMs = BACKOFF_MAX_MS } = options.backoff ?? {};
    this.#backoff = new Backoff(baseMs, maxMs);
    this.#synced = new Promise((resolve) => (this.#resolveSynced = resolve));
  }

  on<E extends keyof Handlers<T>>(event: E, handler: Handlers<T>[E]): this {
    this.#handlers[event].push(handler);
    return this;
  }

  start(): void {
    this.#loop ??= this.#run();
  }

  /** Ends the watch and waits until no handler runs any more. */
  async stop(): Promise<void> {
    this.#stop.abort();
    await this.#loop;
  }

  /** Resolves once the first list is here. Never, when the informer is stopped before. */
  synced(): Promise<void> {
    return this.#synced;
  }

  /** What it watches: `pods`. */
  get resource(): string {
    return this.type.resource;
  }

  get hasSynced(): boolean {
    return this.#hasSynced;
  }

  get(name: string, namespace?: string): T | undefined {
    return this.#store.get(namespace ? `${namespace}/${name}` : name);
  }

  /** @param namespace default: all of them. The cost is that of the objects that are found */
  list(namespace?: string): T[] {
    return this.#store.list(namespace);
  }

  /**
   * Finds objects without a look at all of them, as client-go's indexers do.
   * @param entriesOf under what an object is to be found; a pure function, asked for each version of it
   */
  index(entriesOf: (object: T) => readonly string[]): (entry: string) => T[] {
    return this.#store.index(entriesOf);
  }

  async #run(): Promise<void> {
    const { signal } = this.#stop;
    while (!signal.aborted) {
      try {
        if (this.#resourceVersion === undefined) await this.#list(signal);
        await this.#watch(signal);
      } catch (error) {
        if (signal.aborted) return;
        await this.#fault(error, signal);
      }
    }
  }

  async #fault(error: unknown, signal: AbortSignal): Promise<void> {
    this.#report(error);
    if (losesPlace(error)) this.#resourceVersion = undefined;
    const atOnce = isKubeError(error, 410) && performance.now() - this.#listedAt > YOUNG_MS;
    const wait = this.#backoff.next();
    if (!atOnce) await delay(Math.max(wait, retryAfterOf(error)), signal);
  }

  async #list(signal: AbortSignal): Promise<void> {
    const items: T[] = [];
    let token: string | undefined;
    let version: string;
    do {
      const page = await this.#page(token, signal);
      items.push(...(page.items ?? []).map((item) => this.#keep(item)));
      token = page.metadata.continue;
      version = page.metadata.resourceVersion;
    } while (token && !signal.aborted);
    if (signal.aborted) return;
    this.#answered();
    this.#resourceVersion = version;
    this.#listedAt = performance.now();
    this.#emit(this.#store.replace(items));
    if (this.#hasSynced) for (const handler of this.#handlers.reset) this.#guard(() => handler());
    this.#hasSynced = true;
    this.#resolveSynced();
  }

  /** One page, awaited no longer than a watch: a server that is gone without a word must not be waited for. */
  async #page(token: string | undefined, stop: AbortSignal): Promise<KubeList<T>> {
    const { namespace, metadataOnly = false, page: limit = PAGE } = this.options;
    const query = { ...this.#selectors(), metadataOnly, limit, ...(token ? { continue: token } : {}) };
    const signal = AbortSignal.any([stop, AbortSignal.timeout(this.#renewMs + OVERRUN_MS)]);
    const page = await this.client.list<T>(this.type, namespace, query, signal);
    // Taken for an empty list, it would say that everything was deleted.
    if (typeof (page as KubeList<T> | null)?.metadata?.resourceVersion === 'string') return page;
    throw new GarbageError(`list of ${this.resource}: the answer is not a list`);
  }

  async #watch(stop: AbortSignal): Promise<void> {
    const renewMs = this.#renewMs;
    const { namespace, metadataOnly = false } = this.options;
    const query: Query = {
      ...this.#selectors(),
      resourceVersion: this.#resourceVersion,
      allowWatchBookmarks: true,
      timeoutSeconds: Math.max(1, Math.round(renewMs / 1000)),
    };
    // The server ends it in time; the client does where the server is gone without a word.
    const overdue = AbortSignal.timeout(renewMs + OVERRUN_MS);
    const signal = AbortSignal.any([stop, overdue]);
    const begun = performance.now();
    const young = () => performance.now() - begun <= YOUNG_MS;
    let opened = false;
    const onOpen = () => {
      opened = true;
      this.#answered();
    };
    try {
      const options = { namespace, query, signal, onOpen, metadataOnly };
      const stream = watch<T>(this.client, this.type, options);
      for await (const event of stream) {
        if (stop.aborted) return;
        this.#take(event);
      }
    } catch (error) {
      // A server that does not answer at all is out of touch anyway.
      if (losesPlace(error) || (opened && (overdue.aborted || young()))) this.#fruitless += 1;
      throw error;
    }
    if (young()) await this.#endedAtOnce(stop);
    else this.#proven();
  }

  /** A server that closes each watch at once must not be asked hundreds of times a second. */
  async #endedAtOnce(stop: AbortSignal): Promise<void> {
    this.#fruitless += 1;
    this.#answered();
    await delay(this.#backoff.next(), stop);
  }

  #take(event: WatchEvent<T>): void {
    this.#proven();
    this.#resourceVersion = event.object.metadata.resourceVersion ?? this.#resourceVersion;
    if (event.type === 'BOOKMARK') return;
    const object = this.#keep(event.object);
    this.#emit(event.type === 'DELETED' ? this.#store.delete(object) : this.#store.put(object));
  }

  #keep(object: T): T {
    return this.options.transform ? this.options.transform(object) : object;
  }

  #emit(changes: Change<T>[]): void {
    for (const { type, object, old } of changes) {
      if (type === 'put') for (const handler of this.#handlers.put) this.#guard(() => handler(object, old));
      else for (const handler of this.#handlers.delete) this.#guard(() => handler(object));
    }
  }

  #guard(call: () => void): void {
    try {
      call();
    } catch (error) {
      this.#report(error);
    }
  }

  #report(error: unknown): void {
    try {
      this.options.onError?.(error);
    } catch {
      // A listener for faults must not cause one.
    }
  }

  get #renewMs(): number {
    return this.options.renewMs ?? 30_000;
  }

  /** A watch works. */
  #proven(): void {
    this.#fruitless = 0;
    this.#backoff.reset();
    this.#touch();
  }

  /** A list or the head of a watch was answered. */
  #answered(): void {
    if (this.#fruitless < FRUITLESS) this.#touch();
  }

  #touch(): void {
    this.lastContact = (this.options.clock ?? Date.now)();
  }

  #selectors(): { labelSelector?: string; fieldSelector?: string } {
    const { labelSelector, fieldSelector } = this.options;
    return { ...(labelSelector ? { labelSelector } : {}), ...(fieldSelector ? { fieldSelector } : {}) };
  }
}

/** False where the same watch may go on from where it was: a cut connection, an overloaded or failing server. */
function losesPlace(error: unknown): boolean {
  if (error instanceof NetworkError) return false;
  return !(error instanceof KubeError) || (error.code < 500 && error.code !== 429);
}

/** Waits, or less when `signal` aborts. */
function delay(ms: number, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      signal.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    signal.addEventListener('abort', done, { once: true });
  });
}
