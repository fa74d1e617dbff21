import { type V1MutatingWebhookConfiguration, type V1ValidatingWebhookConfiguration } from '@kubernetes/client-node';
import { Inject, Injectable } from '@nestjs/common';
import { Informer, OwnClient, type ResourceType, type Served, types, WorkQueue } from '#libs/kube';
import { OPERATOR } from '../cluster/labels.js';
import { OPERATOR_CONFIG, type OperatorConfig } from '../config/config.js';
import { WebhookKeys } from '../keys/webhook-keys.js';
import { Faults } from '../ops/faults.js';

/** The name of both configurations. */
const NAME = 'kube-gateway';
const TYPES = [types.mutatingWebhooks, types.validatingWebhooks];
const RETRY_MAX_MS = 10_000;

type Configuration = Served<V1MutatingWebhookConfiguration | V1ValidatingWebhookConfiguration>;

/**
 * Keeps the authorities of the webhook in the configurations by which the API server calls it. All replicas do, as all
 * write the same: one that waited for the leader would not be ready while a leader of an earlier release does not know
 * of it, and that one stays until this one is ready.
 */
@Injectable()
export class CaBundles {
  readonly #informers: ReadonlyMap<ResourceType, Informer<Configuration>>;
  readonly #queue: WorkQueue;
  readonly #listeners: ((problem: string | undefined) => void)[] = [];
  #absent: string | undefined;

  constructor(
    private readonly client: OwnClient,
    private readonly keys: WebhookKeys,
    faults: Faults,
    @Inject(OPERATOR_CONFIG) private readonly config: Pick<OperatorConfig, 'namespace' | 'webhook'>,
  ) {
    const onError = (error: unknown) => faults.warn(error, 'watching the webhook configurations');
    const options = { fieldSelector: `metadata.name=${NAME}`, onError };
    this.#informers = new Map(TYPES.map((type) => [type, new Informer<Configuration>(client, type, options)]));
    this.#queue = new WorkQueue((kind) => this.#write(kind), {
      maxMs: RETRY_MAX_MS,
      onError: (error, kind) => faults.warn(error, `writing the caBundle of ${kind} ${NAME}`),
    });
  }

  start(): void {
    this.keys.onChange(() => TYPES.forEach(({ kind }) => this.#queue.add(kind)));
    for (const [{ kind }, informer] of this.#informers) {
      informer.on('put', () => this.#queue.add(kind)).on('put', () => this.#look());
      informer.on('delete', () => this.#look()).start();
      void informer.synced().then(() => this.#look());
    }
  }

  async stop(): Promise<void> {
    await Promise.all([...this.#informers.values()].map((informer) => informer.stop()));
    await this.#queue.stop();
  }

  /** Why the API server cannot call the webhook yet; undefined where it can. */
  problem(): string | undefined {
    const caBundle = this.#bundle;
    if (!caBundle) return 'The webhook has no certificate yet.';
    for (const [{ kind }, informer] of this.#informers) {
      if (!informer.hasSynced) return `${kind} ${NAME} cannot be read yet.`;
      const absent = this.#absentOf(kind, informer);
      if (absent !== undefined) return absent;
      if (!this.#ours(informer.get(NAME)).every(({ clientConfig }) => clientConfig.caBundle === caBundle))
        return `${kind} ${NAME} does not have the caBundle of this operator yet.`;
    }
    return undefined;
  }

  /**
   * @param listener called when the API server does not ask this operator because of a configuration, with why; and with
   *   undefined when it does again. At once where it does not now.
   */
  onAbsent(listener: (problem: string | undefined) => void): void {
    this.#listeners.push(listener);
    if (this.#absent !== undefined) listener(this.#absent);
  }

  #look(): void {
    const all = [...this.#informers];
    if (!all.every(([, informer]) => informer.hasSynced)) return;
    const [absent] = all.flatMap(([{ kind }, informer]) => this.#absentOf(kind, informer) ?? []);
    if (absent === this.#absent) return;
    this.#absent = absent;
    for (const listener of this.#listeners) listener(absent);
  }

  #absentOf(kind: string, informer: Informer<Configuration>): string | undefined {
    const found = informer.get(NAME);
    if (!found) return `${kind} ${NAME} does not exist. Apply deploy/install.yaml.`;
    if (this.#ours(found).length > 0) return undefined;
    return `${kind} ${NAME} does not call this operator. Apply deploy/install.yaml.`;
  }

  /** base64 of PEM. */
  get #bundle(): string | undefined {
    const { authorities } = this.keys.present ?? {};
    return authorities && Buffer.from(authorities).toString('base64');
  }

  #ours({ webhooks = [] }: Partial<Configuration> = {}) {
    const { namespace, webhook } = this.config;
    return webhooks.filter(
      ({ clientConfig: { service } }) => service?.name === webhook?.service && service?.namespace === namespace,
    );
  }

  async #write(kind: string): Promise<void> {
    const [type, informer] = [...this.#informers].find(([one]) => one.kind === kind) ?? [];
    const found = informer?.get(NAME);
    const caBundle = this.#bundle;
    if (!type || !found || !caBundle) return;
    const ours = this.#ours(found);
    if (ours.every(({ clientConfig }) => clientConfig.caBundle === caBundle)) return;
    // Without the uid, one that was deleted meanwhile would be created anew, and with these fields alone.
    const metadata = { name: NAME, uid: found.metadata.uid ?? '' };
    const webhooks = ours.map(({ name }) => ({ name, clientConfig: { caBundle } }));
    await this.client.apply(type, { metadata, webhooks } as Configuration, { fieldManager: OPERATOR, force: true });
  }
}
