import { Inject, Injectable } from '@nestjs/common';
import { type Logger, LOGGER } from '#libs/ops';
import { Usage } from '../grants/usage.js';
import { ConsoleLeases } from './console-leases.js';
import { ReplicaLease } from './replica-lease.js';
import { SessionRecords } from './session-records.js';

const EVERY_MS = 60_000;

/** Cleans up after replicas that died: ends the records of their consoles and deletes their Leases. */
@Injectable()
export class Orphans {
  #timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly records: SessionRecords,
    private readonly leases: ConsoleLeases,
    private readonly replicas: ReplicaLease,
    private readonly usage: Usage,
    @Inject(LOGGER) private readonly log: Logger,
  ) {}

  /** @param synced resolves when the watches have brought what there is */
  start(synced: Promise<void>): void {
    void synced.then(() => this.sweep());
    this.#timer = setInterval(() => void this.sweep(), EVERY_MS).unref();
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  private async sweep(): Promise<void> {
    try {
      for (const [token, live] of await this.records.endOrphans()) this.usage.correct(token, live);
      await this.leases.endOrphans();
      await this.replicas.sweep();
    } catch (err) {
      this.log.warn({ err }, 'could not clean up after dead replicas');
    }
  }
}
