import { Inject, Injectable, Optional } from '@nestjs/common';
import { Clock } from '#libs/ops';
import { LRUCache } from 'lru-cache';
import { networkOf } from '../http/client-address.js';

/** How many attempts an address has at once, and how many come back a second. A whole office may share an address. */
const MOST = 300;
const BACK_PER_SECOND = 10;
/** Addresses that are remembered: a few MB. */
const MOST_ADDRESSES = 20_000;

interface Bucket {
  left: number;
  /** Milliseconds since the epoch at which `left` was right. */
  at: number;
}

/**
 * Attempts at links and at signing in, by the client's address: a bucket that fills again (RFC 2697 calls it a token
 * bucket). Codes cannot be guessed; this bounds what one address makes the gateway, and through it the API server, do.
 * Its memory is bounded too. rate-limiter-flexible keeps every address of the current window in a Map with a timer each.
 */
@Injectable()
export class Attempts {
  readonly #buckets: LRUCache<string, Bucket>;

  constructor(
    @Inject(Clock) private readonly clock: Pick<Clock, 'now'>,
    @Optional() private readonly limits = { most: MOST, backPerSecond: BACK_PER_SECOND, addresses: MOST_ADDRESSES },
  ) {
    this.#buckets = new LRUCache({ max: limits.addresses });
  }

  /** @returns undefined if the attempt is allowed, else the seconds until the next one is */
  take(address: string): number | undefined {
    const bucket = this.#bucketOf(networkOf(address));
    if (bucket.left < 1) return Math.ceil((1 - bucket.left) / this.limits.backPerSecond);
    bucket.left -= 1;
    return undefined;
  }

  /** The attempt succeeded: it no longer counts. */
  giveBack(address: string): void {
    const bucket = this.#bucketOf(networkOf(address));
    bucket.left = Math.min(this.limits.most, bucket.left + 1);
  }

  get size(): number {
    return this.#buckets.size;
  }

  #bucketOf(key: string): Bucket {
    const { most, backPerSecond } = this.limits;
    const at = this.clock.now();
    const known = this.#buckets.get(key);
    const left = known ? Math.min(most, known.left + (Math.max(0, at - known.at) / 1000) * backPerSecond) : most;
    const bucket = { left, at };
    this.#buckets.set(key, bucket);
    return bucket;
  }
}
