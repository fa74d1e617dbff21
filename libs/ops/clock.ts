import { Injectable } from '@nestjs/common';

/** The longest delay that setTimeout takes, in milliseconds: a longer one is over at once. */
export const LONGEST_TIMER_MS = 2 ** 31 - 1;

/** What time it is; tests have one of their own. */
@Injectable()
export class Clock {
  /** Milliseconds since the epoch. */
  now(): number {
    return Date.now();
  }

  /** Milliseconds of a clock that never jumps. */
  monotonic(): number {
    return performance.now();
  }
}
