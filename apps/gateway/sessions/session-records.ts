import { Inject, Injectable } from '@nestjs/common';
import { Clock } from '#libs/ops';
import { GATEWAY_CONFIG, type GatewayConfig } from '../config/config.js';
import { LRUCache } from 'lru-cache';
import { Watches } from '../cluster/watches.js';
import { EventEmitter } from 'node:events';
import { API_VERSION, GATE_SERVER, type GateSession, type GateSessionSpec, type GateSessionStatus } from '#libs/api';
import { isKubeError, OwnClient, types } from '#libs/kube';
import { LiveRecords } from './live-records.js';
import { ReplicaLease } from './replica-lease.js';

const MOST_REMEMBERED = 1000;
const LONGEST_AGENT = 256;

export type SessionStart = Omit<GateSessionSpec, 'pod'>;

/** The record of each console: made when it opens, completed when it ends. Deleting one cuts its console. */
@Injectable()
export class SessionRecords {
  readonly #deleted = new EventEmitter().setMaxListeners(0);
  readonly #recentlyDeleted = new LRUCache<string, true>({ max: MOST_REMEMBERED });
  /** Records of this process whose end the watch has not shown yet. */
  readonly #own = new Set<string>();
  readonly #live = new LiveRecords();
  /** Records that are being made: the watch may show one before its name is known here. */
  #opening = 0;

  constructor(
    private readonly client: OwnClient,
    private readonly watches: Watches,
    private readonly replicas: ReplicaLease,
    @Inject(GATEWAY_CONFIG) private readonly config: GatewayConfig,
    private readonly clock: Clock,
  ) {
    watches.sessions.on('put', ({ metadata: { name = '', deletionTimestamp }, spec, status }) => {
      // A finalizer may hold it: it is deleted all the same.
      if (deletionTimestamp !== undefined) return this.deleted(name);
      if (status?.phase !== 'Ended') return this.#live.began(name, spec.token);
      this.#own.delete(name);
      this.#live.forget(name);
    });
    watches.sessions.on('delete', ({ metadata: { name = '' } }) => this.deleted(name));
  }

  /** @returns the record's name. @throws KubeError, NetworkError: a console that cannot be recorded must not open */
  async create(start: SessionStart): Promise<string> {
    const { namespace, podName, gateServer } = this.config;
    const agent = start['user-agent']?.slice(0, LONGEST_AGENT);
    const spec = { ...start, ...(agent === undefined ? {} : { 'user-agent': agent }), pod: podName };
    this.#opening += 1;
    try {
      const metadata = { generateName: 'console-', namespace, labels: { [GATE_SERVER]: gateServer } };
      const record: GateSession = { apiVersion: API_VERSION, kind: 'GateSession', metadata, spec };
      const made = await this.client.create<GateSession>(types.gateSessions, record, namespace);
      const { name = '' } = made.metadata;
      if (!this.#recentlyDeleted.has(name)) this.began(name, spec.token);
      return name;
    } finally {
      this.#opening -= 1;
    }
  }

  /** The console is open. @throws KubeError, NetworkError */
  begin(name: string): Promise<void> {
    return this.write(name, { phase: 'Active', started: new Date(this.clock.now()).toISOString() });
  }

  async end(name: string, end: { bytesIn: number; bytesOut: number; reason: string }): Promise<void> {
    const status: GateSessionStatus = {
      phase: 'Ended',
      ended: new Date(this.clock.now()).toISOString(),
      'bytes-in': end.bytesIn,
      'bytes-out': end.bytesOut,
      reason: end.reason,
    };
    this.#live.over(name);
    try {
      await this.write(name, status);
    } catch (error) {
      this.#own.delete(name);
      // Deleted: this is how an administrator closes a console.
      if (!isKubeError(error, 404)) throw error;
      this.#live.forget(name);
    }
  }

  private deleted(name: string): void {
    this.#own.delete(name);
    this.#live.forget(name);
    this.#recentlyDeleted.set(name, true);
    this.#deleted.emit(`session:${name}`);
  }

  /** Calls `onDeleted` when the record is deleted. @returns stops that */
  onDeleted(name: string, onDeleted: () => void): () => void {
    if (this.#recentlyDeleted.has(name)) queueMicrotask(onDeleted);
    this.#deleted.on(`session:${name}`, onDeleted);
    return () => this.#deleted.off(`session:${name}`, onDeleted);
  }

  /** @returns how many live consoles a grant has, on all replicas. @param token name of its GateToken */
  live(token: string): number {
    return this.#live.of(token);
  }

  /**
   * Ends the records of replicas, and of former processes of this one, that died without doing so.
   * @returns the tokens whose consoles they were, with how many are still live
   */
  async endOrphans(): Promise<Map<string, number>> {
    const dead = await this.deadPods();
    const orphans = this.active().filter(({ metadata: { name = '' }, spec: { pod } }) => {
      return pod === this.config.podName ? this.isFormer(name) : dead.has(pod);
    });
    for (const { metadata } of orphans) {
      const reason = 'The gateway replica that served this console is gone.';
      await this.end(metadata.name ?? '', { bytesIn: 0, bytesOut: 0, reason });
    }
    const tokens = new Set(orphans.flatMap(({ spec: { token } }) => (token === undefined ? [] : [token])));
    return new Map([...tokens].map((token) => [token, this.live(token)]));
  }

  private active(): GateSession[] {
    return this.watches.sessions.list().filter(({ status }) => status?.phase !== 'Ended');
  }

  private async deadPods(): Promise<Set<string>> {
    const dead = new Set<string>();
    for (const pod of new Set(this.active().map(({ spec }) => spec.pod))) {
      if (!(await this.replicas.isAlive(pod))) dead.add(pod);
    }
    return dead;
  }

  /** True for a record of this pod that a former process left, or that could not be completed. */
  private isFormer(name: string): boolean {
    return this.#opening === 0 && !this.#own.has(name);
  }

  private began(name: string, token: string | undefined): void {
    this.#own.add(name);
    this.#live.began(name, token);
  }

  private async write(name: string, status: GateSessionStatus): Promise<void> {
    const { namespace } = this.config;
    await this.client.patch(types.gateSessions, name, namespace, { status }, 'merge', {
      subresource: 'status',
      fieldManager: 'kube-gateway',
    });
  }
}
