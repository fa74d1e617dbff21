import { type ObjectAccess } from '../types.js';
import { availableCondition, remoteService, type RemoteService } from './api-service.js';
import { resolve, UnresolvedError } from './resolve.js';
import { type Transports } from './transport.js';
import { userHeaders } from './identity.js';

const GROUP = 'apiregistration.k8s.io';
const INTERVAL_MS = 2000;
const TIMEOUT_MS = 5000;

/** Who the check speaks as: a user whom no backend refuses. */
const CHECKER = { username: 'system:kube-aggregator', groups: ['system:masters'] };

/**
 * Keeps the condition Available of the APIServices true: asks every backend for its resources when an APIService or a
 * Service changes, and every two seconds.
 */
export class Availability {
  private stops: (() => void)[] = [];
  private readonly running = new Set<string>();

  constructor(
    private readonly objects: ObjectAccess,
    private readonly transports: Transports,
    private readonly now: () => Date,
  ) {}

  start(): void {
    const all = (): void => {
      for (const remote of this.remotes()) this.run(remote).catch(console.error);
    };
    const timer = setInterval(all, INTERVAL_MS);
    this.stops = [
      () => clearInterval(timer),
      this.objects.onChange(GROUP, 'apiservices', all),
      this.objects.onChange('', 'services', all),
    ];
    all();
  }

  stop(): void {
    for (const stop of this.stops) stop();
    this.stops = [];
  }

  private remotes(): RemoteService[] {
    return this.objects.list(GROUP, 'apiservices').flatMap((object) => remoteService(object) ?? []);
  }

  /** One check at a time for each APIService. */
  private async run(remote: RemoteService): Promise<void> {
    const { name } = remote;
    if (this.running.has(name)) return;
    this.running.add(name);
    const [status, reason, message] = await this.check(remote).finally(() => this.running.delete(name));
    if (this.stops.length > 0) this.write(name, status, reason, message);
  }

  private async check(remote: RemoteService): Promise<['True' | 'False', string, string]> {
    try {
      const { host, port } = resolve(this.objects, remote);
      const path = `/apis/${remote.group}/${remote.version}`;
      const fault = await this.fault(remote, { host, port }, path);
      if (fault === undefined) return ['True', 'Passed', 'all checks passed'];
      const url = `https://${host}:${port}${path}`;
      return ['False', 'FailedDiscoveryCheck', `failing or missing response from ${url}: ${fault}`];
    } catch (error) {
      // Besides a service that leads nowhere, a caBundle that no certificate can be read from.
      const reason = error instanceof UnresolvedError ? error.reason : 'FailedDiscoveryCheck';
      return ['False', reason, (error as Error).message];
    }
  }

  /** Why a backend does not tell its resources; undefined where it does. */
  private fault(
    remote: RemoteService,
    address: { host: string; port: number },
    path: string,
  ): Promise<string | undefined> {
    const headers = { ...userHeaders(CHECKER), accept: 'application/json' };
    return new Promise((done) => {
      const request = this.transports.open(remote, address, { path, headers, timeout: TIMEOUT_MS });
      request.on('timeout', () => request.destroy(new Error(`no answer within ${TIMEOUT_MS / 1000} s`)));
      request.on('error', (error) => done(error.message));
      request.on('response', (answer) => {
        answer.resume();
        done(answer.statusCode === 200 ? undefined : `status ${answer.statusCode}`);
      });
      request.end();
    });
  }

  /** Writes only what changed; the time of transition moves on flips alone. */
  private write(name: string, status: 'True' | 'False', reason: string, message: string): void {
    this.objects.update(GROUP, 'apiservices', name, undefined, (object) => {
      const before = availableCondition(object);
      if (before?.status === status && before.reason === reason && before.message === message) return;
      const flipped = before?.status !== status;
      const lastTransitionTime = flipped ? `${this.now().toISOString().slice(0, 19)}Z` : before.lastTransitionTime;
      const condition = { lastTransitionTime, message, reason, status, type: 'Available' };
      const conditions = (object.status?.['conditions'] ?? []) as { type: string }[];
      const others = conditions.filter(({ type }) => type !== 'Available');
      object.status = { ...object.status, conditions: [...others, condition] };
    });
  }
}
