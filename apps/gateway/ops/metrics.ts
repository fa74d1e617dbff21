import { CLOSE } from '#libs/api';
import { Counter, Gauge, Histogram, Registry } from 'prom-client';

const OWN_CODES: ReadonlySet<number> = new Set(Object.values(CLOSE));

/** What the gateway counts; served on a port of its own. */
export class Metrics {
  readonly registry = new Registry();
  readonly #requests = new Counter({
    name: 'kube_gateway_requests_total',
    help: 'Requests below /k8s by door and status.',
    labelNames: ['door', 'code'],
    registers: [this.registry],
  });
  readonly #seconds = new Histogram({
    name: 'kube_gateway_request_seconds',
    help: 'Time from a request below /k8s to the end of its answer.',
    buckets: [0.005, 0.02, 0.1, 0.5, 2, 10, 60],
    registers: [this.registry],
  });
  readonly #denials = new Counter({
    name: 'kube_gateway_denials_total',
    help: 'Requests that were refused, by status and reason.',
    labelNames: ['code', 'reason'],
    registers: [this.registry],
  });
  readonly #consoles = new Gauge({
    name: 'kube_gateway_consoles',
    help: 'Consoles that are open on this replica.',
    registers: [this.registry],
  });
  readonly #ends = new Counter({
    name: 'kube_gateway_console_ends_total',
    help: 'Consoles that ended, by close code.',
    labelNames: ['code'],
    registers: [this.registry],
  });

  /** @returns to be called with the status once the answer has ended */
  request(door: 'http' | 'upgrade'): (code: number) => void {
    const stop = door === 'http' ? this.#seconds.startTimer() : () => 0;
    return (code) => {
      stop();
      this.#requests.inc({ door, code: String(code) });
    };
  }

  denied(code: number, reason: string): void {
    this.#denials.inc({ code: String(code), reason });
  }

  consoles(open: number): void {
    this.#consoles.set(open);
  }

  /** Codes that browsers choose are counted as one: they would make series without end. */
  consoleEnded(code: number): void {
    this.#ends.inc({ code: OWN_CODES.has(code) ? String(code) : 'viewer' });
  }
}
