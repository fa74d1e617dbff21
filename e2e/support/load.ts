import { type Agent, request } from 'node:http';

/** No answer within this is a failure. */
const TIMEOUT_MS = 10_000;

export interface Ask {
  path: string;
  method?: string;
  headers?: Record<string, string>;
  body?: string;
}

/** A way to the gateway: an address, and an agent that keeps its connections or does not. */
export interface Way {
  name: string;
  host: string;
  port: number;
  agent: Agent;
}

/** Sends requests of several kinds over several ways, so many a second, and keeps what failed: no answer, or not 200. */
export class Load {
  readonly failures: string[] = [];
  sent = 0;
  readonly #started = performance.now();
  readonly #open = new Set<Promise<void>>();
  readonly #timer: NodeJS.Timeout;

  /** All of them are sent once at the beginning, so that several connections are kept. */
  constructor(ways: readonly Way[], asks: readonly Ask[], perSecond: number) {
    const pairs = asks.flatMap((ask) => ways.map((way) => ({ ask, way })));
    for (const { ask, way } of pairs) this.#send(ask, way);
    this.#timer = setInterval(() => {
      const { ask, way } = pairs[this.sent % pairs.length] ?? {};
      if (ask && way) this.#send(ask, way);
    }, 1000 / perSecond);
  }

  /** Resolves when what was sent has been answered. */
  async stop(): Promise<void> {
    clearInterval(this.#timer);
    await Promise.all(this.#open);
  }

  #send(ask: Ask, way: Way): void {
    this.sent += 1;
    const sent = statusOf(ask, way).then(
      (status) => status === 200 || this.#failed(ask, way, `answered ${status}`),
      (error: NodeJS.ErrnoException) => this.#failed(ask, way, error.code ?? error.message),
    );
    const done = sent.then(() => void this.#open.delete(done));
    this.#open.add(done);
  }

  #failed({ method = 'GET', path }: Ask, way: Way, why: string): void {
    const seconds = ((performance.now() - this.#started) / 1000).toFixed(1);
    this.failures.push(`${seconds} s: ${method} ${path}, ${way.name}: ${why}`);
  }
}

/** Of an answer that was read to its end. */
function statusOf({ path, method = 'GET', headers = {}, body }: Ask, { host, port, agent }: Way): Promise<number> {
  return new Promise((resolve, reject) => {
    const signal = AbortSignal.timeout(TIMEOUT_MS);
    const sent = request({ host, port, agent, path, method, headers, signal }, (answer) => {
      answer.once('error', reject).once('end', () => resolve(answer.statusCode ?? 0));
      answer.resume();
    });
    sent.once('error', reject).end(body);
  });
}
