import { type KubeObject } from '../types.js';

/** `namespace/name` */
export const storageKey = (name: string, namespace = ''): string => `${namespace}/${name}`;

export type EventType = 'ADDED' | 'MODIFIED' | 'DELETED';

export interface StoreEvent {
  type: EventType;
  revision: number;
  /** The new state; of a deletion the last state, with the deletion's revision. */
  object: KubeObject;
  old?: KubeObject;
}

export type Listener = (event: StoreEvent) => void;

const HISTORY = 2_000;

/** The objects of one resource, in the order of their keys, with the last events and those who listen. */
export class Bucket {
  readonly objects = new Map<string, KubeObject>();
  readonly listeners = new Set<Listener>();
  #history: StoreEvent[] = [];
  /** Events up to this revision are gone. */
  #gone: number;
  #sorted: string[] | undefined;

  constructor(gone: number) {
    this.#gone = gone;
  }

  set(key: string, object: KubeObject): void {
    if (!this.objects.has(key)) this.#sorted = undefined;
    this.objects.set(key, object);
  }

  remove(key: string): void {
    if (this.objects.delete(key)) this.#sorted = undefined;
  }

  /** Sorted by key; only those of the namespace where one is given. */
  list(namespace: string | undefined): KubeObject[] {
    this.#sorted ??= [...this.objects.keys()].sort();
    const out: KubeObject[] = [];
    const prefix = namespace === undefined ? '' : `${namespace}/`;
    for (const key of this.#sorted) {
      const object = key.startsWith(prefix) ? this.objects.get(key) : undefined;
      if (object) out.push(object);
    }
    return out;
  }

  remember(event: StoreEvent): void {
    this.#history.push(event);
    if (this.#history.length <= HISTORY * 1.5) return;
    const dropped = this.#history.splice(0, this.#history.length - HISTORY);
    this.#gone = dropped.at(-1)?.revision ?? this.#gone;
  }

  /** Tells every listener; what one of them throws goes to `report`. */
  emit(event: StoreEvent, report: (error: unknown) => void): void {
    this.remember(event);
    for (const listener of [...this.listeners]) {
      try {
        listener(event);
      } catch (error) {
        report(error);
      }
    }
  }

  /** The events after a revision; undefined when some of them are gone. */
  since(revision: number): StoreEvent[] | undefined {
    if (revision < this.#gone) return undefined;
    return this.#history.filter((event) => event.revision > revision);
  }
}
