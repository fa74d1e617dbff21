import { Inject, Injectable } from '@nestjs/common';
import { GATEWAY_CONFIG, type GatewayConfig } from '../config/config.js';
import { Metrics } from '../ops/metrics.js';
import { type ConsoleEnd } from './ends.js';
import { type LiveConsole } from './live-console.js';

/** The consoles of this replica that have not ended. */
@Injectable()
export class LiveConsoles {
  readonly #live = new Set<LiveConsole>();

  constructor(
    private readonly metrics: Metrics,
    @Inject(GATEWAY_CONFIG) private readonly config: GatewayConfig,
  ) {}

  get size(): number {
    return this.#live.size;
  }

  /** This replica has reached its limit. */
  get overfull(): boolean {
    return this.#live.size > this.config.maxConsoles;
  }

  [Symbol.iterator](): Iterator<LiveConsole> {
    return this.#live.values();
  }

  add(live: LiveConsole): void {
    this.#live.add(live);
    this.metrics.consoles(this.#live.size);
  }

  /** @param end how it ended */
  delete(live: LiveConsole, end: ConsoleEnd): void {
    this.metrics.consoleEnded(end.byViewer ? undefined : end.code);
    this.#live.delete(live);
    this.metrics.consoles(this.#live.size);
  }

  endAll(end: ConsoleEnd): void {
    for (const { tunnel } of this.#live) tunnel.end(end);
  }
}
