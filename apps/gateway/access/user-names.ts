import { setTimeout } from 'node:timers/promises';
import { Injectable, Optional } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import { UserClients } from '#libs/kube';
import { type AuditWho } from '#libs/ops';
import { Refusal } from '../http/refusal.js';
import { whoIs } from '../sign-in/review.js';
import { type SignedIn } from '../sign-in/signed-in-users.js';

/** A token belongs to one user; a deleted account's is known by its name a little longer. */
const REMEMBERED = { max: 1000, ttl: 60_000 };
/** Milliseconds before each question about what was done, also while the API server starts again. */
const PAUSES_MS = [0, 500, 1500, 3000];

/** Names of users for the audit log. Of a bearer token the cluster is asked whose it is. */
@Injectable()
export class UserNames {
  readonly #known = new LRUCache<string, AuditWho>(REMEMBERED);

  constructor(
    private readonly clients: UserClients,
    @Optional() private readonly pausesMs: readonly number[] = PAUSES_MS,
  ) {}

  /**
   * @param isDone what they asked for was done: then the cluster is asked again where it does not say
   * @returns undefined where the cluster does not say
   */
  async of(user: SignedIn, isDone: boolean): Promise<AuditWho | undefined> {
    const { method, username, session } = user;
    if (method !== 'bearer') return { user: username };
    const known = this.#known.get(session);
    if (known !== undefined) return known;
    for (const pause of isDone ? this.pausesMs : [0]) {
      if (pause > 0) await setTimeout(pause);
      try {
        const who = { user: (await whoIs(this.clients, user.token())).username };
        this.#known.set(session, who);
        return who;
      } catch (error) {
        if (error instanceof Refusal) return undefined;
      }
    }
    return undefined; // The line is written all the same: what was done matters more than a name.
  }
}
