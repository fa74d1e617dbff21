import { type Usage } from '../grants/usage.js';
import { type ConsoleLeases } from './console-leases.js';
import { type ReplicaLease } from './replica-lease.js';
import { type SessionRecords } from './session-records.js';

const EVERY_MS = 60_000;

/** Cleans up after replicas that died without a word: their consoles' records are ended, their Leases deleted. */
export class Orphans {
  #timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly records: SessionRecords,
    private readonly leases: ConsoleLeases,
    private readonly replicas: ReplicaLease,
    private readonly usage: Pick<Usage, 'correct'>,
    private readonly onError: (error: unknown) => void,
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
    } catch (error) {
      this.onError(error);
    }
  }
}
