import { type Query, type QueryCacheNotifyEvent, type QueryClient } from '@tanstack/react-query';
import { type ChangeEvent, type MissingRight } from '#libs/api';
import { applyChange, type Lists } from './changes.js';
import { keys } from './query.js';

type Kind = keyof Lists;

/** The cached lists of one namespace, kept equal to the changes that a stream tells of. */
export class LiveLists {
  readonly #keys: Record<Kind, readonly string[]>;
  /** What came while a list was being fetched: the answer may be older, and is given it again. */
  readonly #overtaken: Record<Kind, ChangeEvent[]> = { vm: [], gatetoken: [], gatesession: [] };
  readonly #lacks: readonly string[];
  readonly #unsubscribe: () => void;

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
    this.#unsubscribe();
  }

  fold(event: ChangeEvent): void {
    if (event.kind === 'reset') return this.#reset(event.lacks);
    if (this.#query(event.kind)?.state.fetchStatus === 'fetching') this.#overtaken[event.kind].push(event);
    this.#apply(event.kind, event);
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
    if (kind === undefined) return;
    for (const change of this.#overtaken[kind].splice(0)) this.#apply(kind, change);
  }

  #apply(kind: Kind, event: ChangeEvent): void {
    const queryKey = this.#keys[kind];
    const before = this.client.getQueryData<{ items: never[] }>(queryKey)?.items;
    if (!before) return;
    const items = applyChange({ [kind]: before }, event)[kind];
    if (items !== before) this.client.setQueryData(queryKey, { items });
  }
}
