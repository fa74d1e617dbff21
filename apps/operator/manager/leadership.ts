import { Inject, Injectable } from '@nestjs/common';
import { LeaderElector, OwnClient } from '#libs/kube';
import { type Logger, LOGGER } from '#libs/ops';
import { OPERATOR } from '../cluster/labels.js';
import { OPERATOR_CONFIG, type OperatorConfig } from '../config/config.js';
import { Faults } from '../ops/faults.js';

/** The injection token of what is called when the lead is lost: nothing of this process may write any more. */
export const ON_LOST = Symbol('OnLost');

/** Of all replicas one leads, by a Lease. */
@Injectable()
export class Leadership {
  readonly #elector: LeaderElector;
  #work: () => Promise<void> = async () => undefined;
  #ending = false;

  constructor(
    client: OwnClient,
    @Inject(OPERATOR_CONFIG) { namespace, identity }: OperatorConfig,
    @Inject(LOGGER) private readonly log: Logger,
    private readonly faults: Faults,
    @Inject(ON_LOST) private readonly onLost: () => void,
  ) {
    this.#elector = new LeaderElector(client, {
      namespace,
      name: OPERATOR,
      identity,
      onStarted: () => void this.#lead(identity),
      onStopped: () => this.#lose(),
      onError: (error) => faults.warn(error, 'renewing the lease'),
    });
  }

  /** @param work starts what the leader does */
  start(work: () => Promise<void>): void {
    this.#work = work;
    this.#elector.start();
  }

  /** Ends the work first, then gives the lead back: nobody else leads while this replica still writes. */
  async stop(endWork: () => Promise<void>): Promise<void> {
    this.#ending = true;
    await endWork();
    await this.#elector.stop();
  }

  async #lead(identity: string): Promise<void> {
    this.log.info({ identity }, 'leading');
    try {
      await this.#work();
    } catch (error) {
      this.faults.warn(error, 'starting to lead');
      this.#lose();
    }
  }

  #lose(): void {
    if (this.#ending) return;
    this.log.error('lost the lead; exiting');
    this.onLost();
  }
}
