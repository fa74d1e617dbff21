import { type GateToken } from '#libs/api';
import { type OwnClient, types } from '#libs/kube';
import { Readings } from '../cluster/readings.js';
import { TOKENS_PAGE } from '../cluster/watches.js';
import { ownFault } from '../cluster/own-fault.js';
import { unreachable } from './grant-error.js';

const EVERY_MS = 1000;

/** Reads all GateTokens past the watch, once a second at most. */
export class LiveTokens extends Readings {
  /** @param take called with each GateToken. `read` throws GrantError: unreachable */
  constructor(
    private readonly client: Pick<OwnClient, 'list'>,
    private readonly namespace: string,
    private readonly take: (token: GateToken) => void,
  ) {
    super(() => this.readPages(), EVERY_MS);
  }

  private async readPages(): Promise<void> {
    let token: string | undefined;
    do {
      const from = token === undefined ? {} : { continue: token };
      const page = await this.client
        .list<GateToken>(types.gateTokens, this.namespace, { limit: TOKENS_PAGE, ...from })
        .catch((error: unknown) => {
          throw ownFault(error, unreachable);
        });
      for (const one of page.items) this.take(one);
      token = page.metadata.continue;
    } while (token);
  }
}
