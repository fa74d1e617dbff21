import { Inject, Injectable } from '@nestjs/common';
import { type Again, Informer, isKubeError, type KubeObject, OwnClient, types, WorkQueue } from '#libs/kube';
import { Clock } from '#libs/ops';
import { OPERATOR } from '../cluster/labels.js';
import { type SecretObject } from '../cluster/manifest.js';
import { OPERATOR_CONFIG, type OperatorConfig } from '../config/config.js';
import { Faults } from '../ops/faults.js';
import { newWebhookData, readWebhookSecret, renewedWebhookData, type WebhookSecret } from './webhook-secret.js';

/** How often what is about to end is looked for. */
const LOOK_MS = 3_600_000;
const RETRY_MAX_MS = 30_000;

/**
 * The keys of the webhook, in one Secret of the operator's namespace that every replica watches. Whichever replica comes
 * first makes it, mends it and renews what is about to end; the API server lets one of them win.
 */
@Injectable()
export class WebhookKeys {
  readonly #name: string;
  readonly #namespace: string;
  /** The DNS name that the API server calls, whatever the cluster's domain is. */
  readonly #host: string;
  readonly #informer: Informer<SecretObject>;
  readonly #queue: WorkQueue;
  readonly #listeners: (() => void)[] = [];
  #present: WebhookSecret | undefined;

  constructor(
    private readonly client: OwnClient,
    private readonly clock: Clock,
    faults: Faults,
    @Inject(OPERATOR_CONFIG) { namespace, webhook }: Pick<OperatorConfig, 'namespace' | 'webhook'>,
  ) {
    this.#name = webhook?.service ?? '';
    this.#namespace = namespace;
    this.#host = `${this.#name}.${namespace}.svc`;
    const onError = (error: unknown) => faults.warn(error, 'watching the Secret of the webhook');
    this.#informer = new Informer(client, types.secrets, {
      namespace,
      fieldSelector: `metadata.name=${this.#name}`,
      onError,
    });
    this.#queue = new WorkQueue(() => this.#keep(), {
      maxMs: RETRY_MAX_MS,
      onError: (error) => faults.warn(error, 'keeping the Secret of the webhook'),
    });
  }

  /** The newest that are complete; undefined until there are any, and without a webhook. */
  get present(): WebhookSecret | undefined {
    return this.#present;
  }

  /** @param listener called when `present` is another */
  onChange(listener: () => void): void {
    this.#listeners.push(listener);
  }

  start(): void {
    this.#informer.on('put', (secret) => this.#take(secret)).on('delete', () => this.#queue.add(this.#name));
    this.#informer.start();
    void this.#informer.synced().then(() => this.#queue.add(this.#name));
  }

  async stop(): Promise<void> {
    await this.#informer.stop();
    await this.#queue.stop();
  }

  #take(secret: SecretObject): void {
    const found = readWebhookSecret(secret, this.#host, new Date(this.clock.now()));
    this.#queue.add(this.#name);
    if (!found) return;
    this.#present = found;
    for (const listener of this.#listeners) listener();
  }

  async #keep(): Promise<Again> {
    const secret = this.#informer.get(this.#name, this.#namespace);
    try {
      await (secret ? this.#renew(secret) : this.#create());
    } catch (error) {
      // Another replica was faster: the watch shows what it made.
      if (!isKubeError(error, 404, 409)) throw error;
    }
    return { again: LOOK_MS };
  }

  async #create(): Promise<void> {
    const metadata = { name: this.#name, namespace: this.#namespace, labels: { 'app.kubernetes.io/name': OPERATOR } };
    const data = await newWebhookData(this.#host, new Date(this.clock.now()));
    await this.client.create(types.secrets, { metadata, type: 'Opaque', data } as KubeObject);
  }

  async #renew(secret: SecretObject): Promise<void> {
    const { uid = '', resourceVersion = '' } = secret.metadata;
    const data = await renewedWebhookData(secret, this.#host, new Date(this.clock.now()));
    if (data === 'lost')
      return this.client.delete(types.secrets, this.#name, this.#namespace, { uid, resourceVersion });
    if (data) await this.client.replace(types.secrets, { ...secret, data: { ...data } });
  }
}
