import { type GateToken } from '#libs/api';
import { Informer, type OwnClient, types } from '#libs/kube';

/** Watches what the operator signs, through every fault: all tokens that a GateToken has ever shown. */
export class Signatures {
  readonly #seen = new Map<string, Set<string>>();
  readonly #informer: Informer<GateToken>;

  constructor(client: OwnClient, namespace: string) {
    this.#informer = new Informer<GateToken>(client, types.gateTokens, {
      namespace,
      backoff: { baseMs: 50, maxMs: 500 },
    });
    this.#informer.on('put', ({ metadata, status }) => {
      if (!status?.token) return;
      const name = `${metadata.name}/${metadata.uid}`;
      this.#seen.set(name, (this.#seen.get(name) ?? new Set()).add(status.token));
    });
  }

  async start(): Promise<void> {
    this.#informer.start();
    await this.#informer.synced();
  }

  stop(): Promise<void> {
    return this.#informer.stop();
  }

  /** How many GateTokens were seen signed. */
  get size(): number {
    return this.#seen.size;
  }

  /** Those whose token has changed. */
  changed(): string[] {
    return [...this.#seen].filter(([, tokens]) => tokens.size > 1).map(([name]) => name);
  }
}
