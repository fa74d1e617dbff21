import { Injectable } from '@nestjs/common';
import { Clock } from '#libs/ops';
import { randomBytes } from 'node:crypto';
import { type GateToken } from '#libs/api';
import { isKubeError, OwnClient, types } from '#libs/kube';
import { ownFault } from '../cluster/own-fault.js';
import { GrantError, unreachable } from './grant-error.js';
import { GrantStore } from './grant-store.js';
import { type ActiveGrant } from './active-grant.js';
import { grantFault } from './validity.js';

const MOST_TRIES = 8;

/**
 * Gives a grant to a browser: makes the nonce of its cookie, and for a single-use grant claims `status.redeemed` by
 * resourceVersion, so that exactly one browser wins, on any replica.
 */
@Injectable()
export class Redeemer {
  constructor(
    private readonly store: GrantStore,
    private readonly client: OwnClient,
    private readonly clock: Clock,
  ) {}

  /**
   * @param nonces of the cookies that the browser holds of this grant: the winner may redeem again (a reload)
   * @returns the nonce for the cookie
   * @throws GrantError: used, and everything that makes the grant worth nothing now
   */
  async redeem(grant: ActiveGrant, nonces: readonly string[]): Promise<string> {
    const fault = grantFault(grant, this.clock.now());
    if (fault !== undefined) throw fault;
    if (!grant.singleUse) return nonces[0] ?? newNonce();
    return this.claim(grant, nonces);
  }

  private async claim(grant: ActiveGrant, nonces: readonly string[]): Promise<string> {
    const nonce = newNonce();
    for (let tries = 0; tries < MOST_TRIES; tries++) {
      const token = await this.store.fresh(grant);
      const by = token.status?.redeemed?.by;
      if (by !== undefined) {
        if (nonces.includes(by)) return by;
        throw new GrantError('used').of(grant);
      }
      if (await this.tryClaim(token, nonce)) return nonce;
    }
    throw new GrantError('unreachable');
  }

  /** @returns false when the GateToken was changed in between: read it again */
  private async tryClaim({ metadata }: GateToken, nonce: string): Promise<boolean> {
    const { name = '', namespace, resourceVersion } = metadata;
    const redeemed = { at: new Date(this.clock.now()).toISOString(), by: nonce };
    try {
      const written = await this.client.patch<GateToken>(
        types.gateTokens,
        name,
        namespace,
        { metadata: { resourceVersion }, status: { redeemed } },
        'merge',
        { subresource: 'status', fieldManager: 'kube-gateway' },
      );
      this.store.put(written);
      return true;
    } catch (error) {
      if (isKubeError(error, 409)) return false;
      if (isKubeError(error, 404)) throw new GrantError('deleted');
      throw ownFault(error, unreachable);
    }
  }
}

function newNonce(): string {
  return randomBytes(16).toString('base64url');
}
