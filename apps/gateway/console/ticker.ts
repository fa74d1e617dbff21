import { Inject, Injectable } from '@nestjs/common';
import { CONSOLE_ENDS } from '#libs/api';
import { Clock } from '#libs/ops';
import { Watches } from '../cluster/watches.js';
import { GATEWAY_CONFIG, type GatewayConfig } from '../config/config.js';
import { consoleEnd } from './ends.js';
import { LiveConsoles } from './live-consoles.js';

const { idle, overloaded } = CONSOLE_ENDS;

const TICK_MS = 1000;
const BEAT_EVERY_TICKS = 20;
/** Without contact to the API server for this long, a revocation may have been missed. */
const OUT_OF_TOUCH_MS = 60_000;

/** One timer for all consoles: heartbeats, idle timeouts, and the end of all when the gateway loses contact. */
@Injectable()
export class Ticker {
  #timer: NodeJS.Timeout | undefined;
  #ticks = 0;

  constructor(
    @Inject(LiveConsoles) private readonly consoles: Pick<LiveConsoles, 'size' | 'endAll' | typeof Symbol.iterator>,
    @Inject(Watches) private readonly watches: Pick<Watches, 'silence'>,
    @Inject(GATEWAY_CONFIG) private readonly config: Pick<GatewayConfig, 'idleTimeout'>,
    @Inject(Clock) private readonly clock: Pick<Clock, 'now'>,
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
    if (this.consoles.size === 0) return;
    if (this.watches.silence() > OUT_OF_TOUCH_MS) {
      this.consoles.endAll(consoleEnd(overloaded, overloaded.reasons.outOfTouch));
      return;
    }
    const now = this.clock.now();
    for (const { tunnel } of this.consoles) {
      if (this.#ticks % BEAT_EVERY_TICKS === 0) tunnel.beat();
      if (this.config.idleTimeout > 0 && now - tunnel.lastInput > this.config.idleTimeout) {
        tunnel.end(consoleEnd(idle, idle.reasons.idle));
      }
    }
  }
}
