import { type CoreV1Event } from '@kubernetes/client-node';
import { LRUCache } from 'lru-cache';
import { randomBytes } from 'node:crypto';
import { MAX_SUBDOMAIN } from '#libs/api';
import { type KubeClient } from './client.js';
import { rfc3339 } from './conditions.js';
import { isKubeError } from './errors.js';
import { apiVersion, types } from './resources.js';
import { type KubeObject, type ResourceType, type Served } from './types.js';

/** What is undefined of the object that it is about is not sent. */
type KubeEvent = Omit<Served<CoreV1Event>, 'involvedObject'> & { involvedObject: Record<string, string | undefined> };

export interface EventRecorderOptions {
  /** Who speaks: `kube-gateway-operator`. */
  component: string;
  /** Which of its replicas. */
  instance?: string;
  now?: () => Date;
  onError?: (error: unknown) => void;
}

/** How many events are remembered, so that a repetition counts up instead of adding another. */
const REMEMBERED = 500;

/** Writes Kubernetes Events. They are a courtesy: a fault is reported and never thrown, and no caller waits. */
export class EventRecorder {
  readonly #seen = new LRUCache<string, KubeEvent>({ max: REMEMBERED });
  #last: Promise<void> = Promise.resolve();

  constructor(
    private readonly client: KubeClient,
    private readonly options: EventRecorderOptions,
  ) {}

  /** @param object has kind and apiVersion, or `kind` names its type */
  record(object: KubeObject, type: 'Normal' | 'Warning', reason: string, message: string, kind?: ResourceType): void {
    this.#last = this.#last
      .then(() => this.#write(object, type, reason, message.slice(0, 1024), kind))
      .catch((error: unknown) => this.options.onError?.(error));
  }

  /** Resolves when everything recorded so far is written or given up. */
  flush(): Promise<void> {
    return this.#last;
  }

  async #write(
    object: KubeObject,
    type: 'Normal' | 'Warning',
    reason: string,
    message: string,
    kind?: ResourceType,
  ): Promise<void> {
    const key = [object.metadata.uid, type, reason, message].join('\n');
    const seen = this.#seen.get(key);
    if (seen && (await this.#again(key, seen))) return;
    const created = await this.client.create(types.events, this.#build(object, type, reason, message, kind));
    this.#seen.set(key, created);
  }

  async #again(key: string, event: KubeEvent): Promise<boolean> {
    const { name = '', namespace } = event.metadata;
    const body = { count: (event.count ?? 0) + 1, lastTimestamp: rfc3339(this.#now()) };
    try {
      this.#seen.set(key, await this.client.patch<KubeEvent>(types.events, name, namespace, body, 'merge'));
      return true;
    } catch (error) {
      if (!isKubeError(error, 404)) throw error;
      this.#seen.delete(key);
      return false;
    }
  }

  #build(
    object: KubeObject,
    type: 'Normal' | 'Warning',
    reason: string,
    message: string,
    kind?: ResourceType,
  ): KubeEvent {
    const { name = 'unnamed', namespace = 'default', uid, resourceVersion } = object.metadata;
    const at = rfc3339(this.#now());
    const involved = {
      apiVersion: object.apiVersion ?? (kind && apiVersion(kind)),
      kind: object.kind ?? kind?.kind,
      name,
      namespace: object.metadata.namespace,
      uid,
      resourceVersion,
    };
    return {
      apiVersion: 'v1',
      kind: 'Event',
      metadata: { name: eventName(name), namespace },
      involvedObject: involved,
      type,
      reason,
      message,
      count: 1,
      firstTimestamp: at,
      lastTimestamp: at,
      source: { component: this.options.component },
      reportingComponent: this.options.component,
      reportingInstance: this.options.instance ?? '',
    };
  }

  #now(): Date {
    return this.options.now?.() ?? new Date();
  }
}

/** The object's name and a random suffix. A long name is cut: an Event's own name may be no longer. */
function eventName(name: string): string {
  const suffix = `.${randomBytes(8).toString('hex')}`;
  return name.slice(0, MAX_SUBDOMAIN - suffix.length).replace(/[-.]+$/, '') + suffix;
}
