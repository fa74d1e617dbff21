// Ours: @kubernetes/client-node has no leader election. This one follows client-go's (k8s.io/client-go/tools/leaderelection).
import { type V1Lease } from '@kubernetes/client-node';
import { type KubeClient } from './client.js';
import { isKubeError, retryAfterOf } from './errors.js';
import { types } from './resources.js';
import { type Served } from './types.js';

export type Lease = Served<V1Lease>;

export interface LeaderElectorOptions {
  namespace: string;
  name: string;
  /** Who this replica is: unique among them. */
  identity: string;
  onStarted: () => void;
  /** The lead is lost, or stop() gave it back. The program must stop writing. */
  onStopped: () => void;
  onError?: (error: unknown) => void;
  leaseMs?: number;
  /** The lead is given up when it could not be renewed for this long: before another replica may take it. */
  renewDeadlineMs?: number;
  retryMs?: number;
  /** Milliseconds of a clock that never jumps. */
  clock?: () => number;
}

/**
 * Leads when it holds a Lease: 15 s, renewed every 2 s, given up after 10 s without renewal. The times in the Lease are
 * never compared with the own clock (clocks differ): another's hold has ended when its record did not change for the
 * length of the lease as seen from here.
 */
export class LeaderElector {
  readonly #options: Required<LeaderElectorOptions>;
  #leading = false;
  /** Since a write that may have arrived, with or without an answer, until another holder is seen. */
  #mayHold = false;
  #renewedAt = 0;
  #seen: { record: string; at: number } | undefined;
  #timer: NodeJS.Timeout | undefined;
  #round: Promise<void> = Promise.resolve();
  #stopped = false;

  constructor(
    private readonly client: KubeClient,
    options: LeaderElectorOptions,
  ) {
    const defaults = { leaseMs: 15_000, renewDeadlineMs: 10_000, retryMs: 2_000 };
    this.#options = { ...defaults, clock: () => performance.now(), onError: () => undefined, ...options };
  }

  get leading(): boolean {
    return this.#leading;
  }

  start(): void {
    this.#round = this.#tick();
  }

  /** Gives the lead back, so that another replica need not wait for the end of the lease. */
  async stop(): Promise<void> {
    this.#stopped = true;
    clearTimeout(this.#timer);
    await this.#round;
    this.#lose();
    if (!this.#mayHold) return;
    const { renewDeadlineMs, onError } = this.#options;
    const released = again(() => this.#release());
    await within(released, renewDeadlineMs, 'given back').catch(onError);
  }

  async #tick(): Promise<void> {
    const { clock, retryMs, onError } = this.#options;
    let wait = retryMs;
    const begun = clock();
    if (this.#left() <= 0) this.#lose();
    const round = new AbortController();
    try {
      const tried = again(() => this.#try(round.signal));
      const isOurs = await within(tried, this.#left(), 'renewed');
      if (!isOurs) this.#lose();
      else if (!this.#stopped) this.#win(begun);
    } catch (error) {
      onError(error);
      wait = Math.max(wait, retryAfterOf(error));
    } finally {
      round.abort();
    }
    if (this.#stopped) return;
    const next = (): void => {
      this.#round = this.#tick();
    };
    this.#timer = setTimeout(next, this.#leading ? Math.min(wait, Math.max(0, this.#left())) : wait);
  }

  /** Milliseconds until a lead that cannot be renewed is given up; of one who does not lead, how long a try may take. */
  #left(): number {
    const { clock, renewDeadlineMs } = this.#options;
    return this.#leading ? this.#renewedAt + renewDeadlineMs - clock() : renewDeadlineMs;
  }

  /**
   * @param signal aborted when nobody waits for this any more: then it must not take a lead that nobody would renew
   * @returns whether the Lease is ours now
   * @throws KubeError 409 where the Lease has changed since it was read: by another replica that was faster, or not
   */
  async #try(signal: AbortSignal): Promise<boolean> {
    const { namespace, name, identity, leaseMs, clock } = this.#options;
    const now = new Date();
    const lease = await this.client.get<Lease>(types.leases, name, namespace).catch(ignore404);
    if (signal.aborted) return false;
    if (lease) {
      const record = JSON.stringify([lease.spec?.holderIdentity, lease.spec?.renewTime, lease.metadata.uid]);
      if (this.#seen?.record !== record) this.#seen = { record, at: clock() };
      const holder = lease.spec?.holderIdentity ?? '';
      this.#mayHold &&= holder === identity;
      const free = holder === '' || holder === identity;
      if (!free && clock() - this.#seen.at < (lease.spec?.leaseDurationSeconds ?? leaseMs / 1000) * 1000) return false;
    }
    this.#mayHold = true;
    const spec = this.#spec(lease, now);
    if (lease) await this.client.replace(types.leases, { ...lease, spec });
    else await this.client.create<Lease>(types.leases, { metadata: { namespace, name }, spec });
    return true;
  }

  async #release(): Promise<void> {
    const { namespace, name, identity } = this.#options;
    const lease = await this.client.get<Lease>(types.leases, name, namespace).catch(ignore404);
    if (lease?.spec?.holderIdentity !== identity) return;
    const spec = { ...lease.spec, holderIdentity: '', leaseDurationSeconds: 1, renewTime: micro(new Date()) };
    await this.client.replace(types.leases, { ...lease, spec });
  }

  #spec(lease: Lease | undefined, now: Date): NonNullable<Lease['spec']> {
    const { identity, leaseMs } = this.#options;
    const ours = lease?.spec?.holderIdentity === identity;
    const transitions = lease?.spec?.leaseTransitions ?? 0;
    return {
      holderIdentity: identity,
      leaseDurationSeconds: Math.max(1, Math.round(leaseMs / 1000)),
      acquireTime: (ours ? lease.spec?.acquireTime : undefined) ?? micro(now),
      renewTime: micro(now),
      leaseTransitions: ours || !lease ? transitions : transitions + 1,
    };
  }

  #win(at: number): void {
    this.#renewedAt = at;
    if (this.#leading) return;
    this.#leading = true;
    this.#options.onStarted();
  }

  #lose(): void {
    if (!this.#leading) return;
    this.#leading = false;
    this.#options.onStopped();
  }
}

function ignore404(error: unknown): undefined {
  if (!isKubeError(error, 404)) throw error;
  return undefined;
}

/** Reads and writes once more after a conflict: what is to be done is decided by the Lease as it is then. */
async function again<T>(attempt: () => Promise<T>): Promise<T> {
  try {
    return await attempt();
  } catch (error) {
    if (!isKubeError(error, 409)) throw error;
    return attempt();
  }
}

/** metav1.MicroTime. */
function micro(now: Date): string {
  return now.toISOString().replace('Z', '000Z');
}

async function within<T>(work: Promise<T>, ms: number, done: string): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`the lease could not be ${done} within ${ms} ms`)), ms);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
