import { type Query, type QueryCacheNotifyEvent, type QueryClient } from '@tanstack/react-query';
import { type ChangeEvent, type MissingRight } from '#libs/api';
import { applyChanges, type Changes, type Kind, noteChange } from './changes.js';
import { keys } from './query.js';

/** Changes that come closer together than this are folded together: each fold copies the list and renders it. */
const FOLD_MS = 100;

const byKind = (): Record<Kind, Changes> => ({ vm: new Map(), gatetoken: new Map(), gatesession: new Map() });

/** The cached lists of one namespace, kept equal to the changes that a stream tells of. */
export class LiveLists {
  readonly #keys: Record<Kind, readonly string[]>;
  /** What is folded next. */
  readonly #waiting = byKind();
  /** What came while a list was being fetched: the answer may be older, and is given it again. */
  readonly #overtaken = byKind();
  readonly #lacks: readonly string[];
  readonly #unsubscribe: () => void;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #foldedAt = -Infinity;

  constructor(
    private readonly client: QueryClient,
    namespace: string,
  ) {
    this.#keys = {
      vm: keys.vms(namespace),
      gatetoken: keys.gatetokens(namespace),
      gatesession: keys.gatesessions(namespace),
    };
    this.#lacks = keys.lacks(namespace);
    this.#unsubscribe = client.getQueryCache().subscribe((event) => this.#fetched(event));
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#unsubscribe();
  }

  /** A single change shows at once; of many in a row, all that came within {@link FOLD_MS}. */
  fold(event: ChangeEvent): void {
    if (event.kind === 'reset') return this.#reset(event.lacks);
    if (this.#query(event.kind)?.state.fetchStatus === 'fetching') noteChange(this.#overtaken[event.kind], event);
    noteChange(this.#waiting[event.kind], event);
    if (this.#timer !== undefined) return;
    const wait = this.#foldedAt + FOLD_MS - performance.now();
    if (wait <= 0) this.#foldAll();
    else this.#timer = setTimeout(() => this.#foldAll(), wait);
  }

  #foldAll(): void {
    this.#timer = undefined;
    for (const kind of Object.keys(this.#keys) as Kind[]) this.#apply(kind, this.#waiting[kind]);
    this.#foldedAt = performance.now();
  }

  #reset(lacks: MissingRight[]): void {
    this.client.setQueryData(this.#lacks, lacks);
    for (const queryKey of Object.values(this.#keys)) void this.client.invalidateQueries({ queryKey });
  }

  #query(kind: Kind): Query | undefined {
    return this.client.getQueryCache().find({ queryKey: this.#keys[kind] });
  }

  #fetched(event: QueryCacheNotifyEvent): void {
    if (event.type !== 'updated') return;
    const { action, query } = event;
    if (action.type !== 'error' && !(action.type === 'success' && !action.manual)) return;
    const kind = (Object.keys(this.#keys) as Kind[]).find((one) => query === this.#query(one));
    if (kind !== undefined) this.#apply(kind, this.#overtaken[kind]);
  }

  /** Folds the changes into the list where a page has read it, and forgets them. */
  #apply(kind: Kind, changes: Changes): void {
    const queryKey = this.#keys[kind];
    const before = this.client.getQueryData<{ items: never[] }>(queryKey)?.items;
    const items = before && applyChanges(before, changes as Map<string, never>);
    changes.clear();
    if (items !== before) this.client.setQueryData(queryKey, { items });
  }
}
