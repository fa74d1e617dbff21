import { type Socket } from 'node:net';

import { type ObjectAccess } from '../types.js';
import { availableCondition, remoteService, type RemoteService } from './api-service.js';
import { type ApiResource, discover } from './check.js';
import { type Address, resolve, UnresolvedError } from './resolve.js';
import { type Transports } from './transport.js';

const GROUP = 'apiregistration.k8s.io';
const FIRST_RETRY_MS = 100;
const LAST_RETRY_MS = 1000;
/** A backend that answers is asked again when its connection closes, and at the latest after this. */
const RENEW_MS = 30_000;

interface Watched {
  timer: NodeJS.Timeout | undefined;
  retryMs: number;
  running: boolean;
  again: boolean;
  socket: Socket | undefined;
}

/**
 * Keeps the condition Available of the APIServices true to life. A check runs when an APIService, a Service or an
 * EndpointSlice changes, when the connection of the last check closes, and again after a failure (0.1 to 1 s).
 */
export class Availability {
  private readonly watched = new Map<string, Watched>();
  /** By name: the spec that was last checked for. */
  private readonly settings = new Map<string, string>();
  private readonly resources = new Map<string, ApiResource[]>();
  private stops: (() => void)[] = [];
  private stopped = true;

  constructor(
    private readonly objects: ObjectAccess,
    private readonly transports: Transports,
    private readonly now: () => Date,
    private readonly onDiscovery: () => void,
    private readonly report: (error: unknown) => void,
  ) {}

  start(): void {
    this.stopped = false;
    const all = (): void => this.checkAll();
    this.stops = [
      this.objects.onChange(GROUP, 'apiservices', () => this.checkNew()),
      this.objects.onChange('', 'services', all),
      this.objects.onChange('discovery.k8s.io', 'endpointslices', all),
    ];
    all();
  }

  stop(): void {
    this.stopped = true;
    for (const stop of this.stops) stop();
    for (const watched of this.watched.values()) clearTimeout(watched.timer);
    this.watched.clear();
  }

  /** What a backend said that it serves, when last asked. */
  resourcesOf(name: string): ApiResource[] {
    return this.resources.get(name) ?? [];
  }

  /** Checks one at once: somebody could not reach it. */
  suspect(name: string): void {
    this.schedule(name, 0);
  }

  private remotes(): RemoteService[] {
    return this.objects.list(GROUP, 'apiservices').flatMap((object) => remoteService(object) ?? []);
  }

  private checkAll(): void {
    this.forget();
    for (const { name } of this.remotes()) this.schedule(name, 0);
  }

  /** The own status updates of this loop come back as changes: only a changed spec is worth a check. */
  private checkNew(): void {
    this.forget();
    for (const remote of this.remotes()) {
      const text = JSON.stringify({ ...remote, available: undefined });
      if (this.settings.get(remote.name) === text) continue;
      this.settings.set(remote.name, text);
      this.schedule(remote.name, 0);
    }
  }

  private forget(): void {
    const names = new Set(this.remotes().map(({ name }) => name));
    for (const [name, watched] of this.watched) {
      if (names.has(name)) continue;
      clearTimeout(watched.timer);
      this.watched.delete(name);
      this.settings.delete(name);
      if (this.resources.delete(name)) this.onDiscovery();
    }
  }

  private schedule(name: string, ms: number): void {
    if (this.stopped) return;
    let watched = this.watched.get(name);
    if (!watched) {
      watched = { timer: undefined, retryMs: FIRST_RETRY_MS, running: false, again: false, socket: undefined };
      this.watched.set(name, watched);
    }
    if (watched.running) {
      watched.again ||= ms === 0;
      return;
    }
    clearTimeout(watched.timer);
    watched.timer = setTimeout(() => void this.run(name, watched), ms);
  }

  private async run(name: string, watched: Watched): Promise<void> {
    watched.running = true;
    watched.again = false;
    const passed = await this.check(name, watched).catch((error: unknown) => {
      this.report(error);
      return false;
    });
    watched.running = false;
    if (this.stopped || this.watched.get(name) !== watched) return;
    const wait = passed ? RENEW_MS : watched.retryMs;
    watched.retryMs = passed ? FIRST_RETRY_MS : Math.min(watched.retryMs * 2, LAST_RETRY_MS);
    this.schedule(name, watched.again ? 0 : wait);
  }

  /** @returns whether there is nothing to try again soon */
  private async check(name: string, watched: Watched): Promise<boolean> {
    const object = this.objects.get(GROUP, 'apiservices', name);
    const remote = object && remoteService(object);
    if (!remote) return true;
    try {
      const address: Address = resolve(this.objects, remote);
      const found = await discover(remote, address, this.transports, (socket) => this.follow(name, watched, socket));
      if (this.stopped) return true;
      this.remember(name, found);
      this.write(name, 'True', 'Passed', 'all checks passed');
      return true;
    } catch (error) {
      if (!(error instanceof UnresolvedError)) throw error;
      if (!this.stopped) this.write(name, 'False', error.reason, error.message);
      // A service that is not there comes as a change; a backend that does not answer has no way to say that it is back.
      return error.reason !== 'FailedDiscoveryCheck';
    }
  }

  private follow(name: string, watched: Watched, socket: Socket): void {
    if (watched.socket === socket) return;
    watched.socket = socket;
    socket.once('close', () => {
      if (watched.socket !== socket) return;
      watched.socket = undefined;
      if (this.watched.get(name) === watched && !watched.running) this.schedule(name, 0);
    });
  }

  private remember(name: string, found: ApiResource[]): void {
    if (JSON.stringify(this.resources.get(name)) === JSON.stringify(found)) return;
    this.resources.set(name, found);
    this.onDiscovery();
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
