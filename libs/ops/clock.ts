import { Injectable } from '@nestjs/common';

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
