import { type GateToken } from '#libs/api';
import { type OwnClient, types } from '#libs/kube';
import { ownFault } from '../cluster/own-fault.js';
import { unreachable } from './grant-error.js';

const PAGE = 500;
const EVERY_MS = 1000;

/**
 * Reads all GateTokens past the watch. Everybody who asks shares a reading that begins after they asked: what it does not
 * show was not there. Readings follow each other, one a second at most.
 */
export class LiveTokens {
  #next: Promise<void> | undefined;
  /** Resolves when another reading may begin. */
  #free: Promise<unknown> = Promise.resolve();

  /** @param take called with each GateToken */
  constructor(
    private readonly client: Pick<OwnClient, 'list'>,
    private readonly namespace: string,
    private readonly take: (token: GateToken) => void,
  ) {}

  /** Whether a reading that has not begun is waited for already. */
  get isDue(): boolean {
    return this.#next !== undefined;
  }

  /** @throws GrantError: unreachable */
  read(): Promise<void> {
    this.#next ??= this.#free.then(() => {
      this.#next = undefined;
      const reading = this.readPages();
      this.#free = Promise.allSettled([reading, pause(EVERY_MS)]);
      return reading;
    });
    return this.#next;
  }

  private async readPages(): Promise<void> {
    let token: string | undefined;
    do {
      const from = token === undefined ? {} : { continue: token };
      const page = await this.client
        .list<GateToken>(types.gateTokens, this.namespace, { limit: PAGE, ...from })
        .catch((error: unknown) => {
          throw ownFault(error, unreachable);
        });
      for (const one of page.items) this.take(one);
      token = page.metadata.continue;
    } while (token);
  }
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => void setTimeout(resolve, ms).unref());
}
