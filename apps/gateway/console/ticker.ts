import { CONSOLE_ENDS } from '#libs/api';
import { type ConsoleDoor } from './console-door.js';
import { consoleEnd } from './ends.js';

const { idle, overloaded } = CONSOLE_ENDS;

const TICK_MS = 1000;
const PING_EVERY_TICKS = 20;
/** Without touch with the API server for this long, a revocation may have been missed. */
const OUT_OF_TOUCH_MS = 60_000;

export interface TickerOptions {
  /** Milliseconds; 0: consoles without input stay. */
  idleTimeout: number;
  /** Milliseconds since the last contact with the API server. */
  silence: () => number;
  now?: () => number;
}

/** One timer for all consoles: pings, idle ends, and the end of all when the gateway is out of touch. */
export class Ticker {
  #timer: NodeJS.Timeout | undefined;
  #ticks = 0;

  constructor(
    private readonly door: Pick<ConsoleDoor, 'live' | 'endAll'>,
    private readonly options: TickerOptions,
  ) {}

  start(): void {
    this.#timer = setInterval(() => this.tick(), TICK_MS);
    this.#timer.unref();
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  tick(): void {
    this.#ticks += 1;
    if (this.door.live.size === 0) return;
    if (this.options.silence() > OUT_OF_TOUCH_MS) {
      this.door.endAll(consoleEnd(overloaded, overloaded.reasons.outOfTouch));
      return;
    }
    const now = (this.options.now ?? Date.now)();
    for (const { tunnel } of this.door.live) {
      if (this.#ticks % PING_EVERY_TICKS === 0) tunnel.ping();
      if (this.options.idleTimeout > 0 && now - tunnel.lastInput > this.options.idleTimeout) {
        tunnel.end(consoleEnd(idle, idle.reasons.idle));
      }
    }
  }
}
