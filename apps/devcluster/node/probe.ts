import { request } from 'node:http';
import { type Probe } from './pod.js';

const HOST = '127.0.0.1';

/** One try of an HTTP probe. `port` is where the container really listens. Resolves undefined when it is well, else with what was wrong. */
export function tryProbe({ httpGet, timeoutSeconds = 1 }: Probe, port: number): Promise<string | undefined> {
  const path = httpGet?.path ?? '/';
  return new Promise((resolve) => {
    const headers = { 'user-agent': 'kube-probe/devcluster', connection: 'close' };
    const sent = request({ host: HOST, port, path, headers, agent: false, timeout: timeoutSeconds * 1000 });
    sent.once('response', (response) => {
      response.resume();
      const code = response.statusCode ?? 0;
      resolve(code >= 200 && code < 400 ? undefined : `HTTP probe failed with statuscode: ${code}`);
    });
    sent.once('timeout', () => sent.destroy(new Error('context deadline exceeded')));
    sent.once('error', (error) => resolve(`Get "${path}": ${error.message}`));
    sent.end();
  });
}

/**
 * Tries again and again, and says when the verdict changes: well after `successThreshold` good tries, unwell after
 * `failureThreshold` bad ones. Nothing is said before the first verdict. While it is not well a try is made every
 * `eagerMs` at the latest: given for readiness, so that a start is seen soon, and not for liveness, which would kill.
 */
export class Prober {
  private timer: NodeJS.Timeout | undefined;
  private stopped = false;
  private verdict: boolean | undefined;
  private streak = 0;
  private last: boolean | undefined;

  constructor(
    private readonly probe: Probe,
    private readonly port: () => number | undefined,
    private readonly onVerdict: (well: boolean, message: string) => void,
    private readonly eagerMs = Infinity,
  ) {
    this.schedule(Math.max((probe.initialDelaySeconds ?? 0) * 1000, 0));
  }

  stop(): void {
    this.stopped = true;
    clearTimeout(this.timer);
  }

  private schedule(ms: number): void {
    if (this.stopped) return;
    this.timer = setTimeout(() => void this.once(), ms);
  }

  private async once(): Promise<void> {
    const port = this.port();
    const message =
      port === undefined ? 'the probed port is not a port of the container' : await tryProbe(this.probe, port);
    if (this.stopped) return;
    this.count(message === undefined, message ?? '');
    const period = (this.probe.periodSeconds ?? 10) * 1000;
    this.schedule(this.verdict === true ? period : Math.min(period, this.eagerMs));
  }

  private count(well: boolean, message: string): void {
    this.streak = well === this.last ? this.streak + 1 : 1;
    this.last = well;
    const needed = well ? (this.probe.successThreshold ?? 1) : (this.probe.failureThreshold ?? 3);
    if (this.streak < needed || this.verdict === well) return;
    this.verdict = well;
    this.onVerdict(well, message);
  }
}
