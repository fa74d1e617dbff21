import { Inject, Injectable } from '@nestjs/common';
import { Clock } from '#libs/ops';
import { GATEWAY_CONFIG, type GatewayConfig } from '../config/config.js';
import { LRUCache } from 'lru-cache';
import { Watches } from '../cluster/watches.js';
import { EventEmitter } from 'node:events';
import { API_VERSION, type GateSession, type GateSessionSpec, type GateSessionStatus } from '#libs/api';
import { isKubeError, OwnClient, types } from '#libs/kube';
import { ReplicaLease } from './replica-lease.js';

const MOST_REMEMBERED = 1000;
const LONGEST_AGENT = 256;
/** The longest that a console may take to open. */
const OPENING_MS = 60_000;

export type SessionStart = Omit<GateSessionSpec, 'pod'>;

/** The record of each console: made when it opens, completed when it ends. Deleting one cuts its console. */
@Injectable()
export class SessionRecords {
  readonly #deleted = new EventEmitter().setMaxListeners(0);
  readonly #recentlyDeleted = new LRUCache<string, true>({ max: MOST_REMEMBERED });
  /** Records of this process that it has not ended. */
  readonly #own = new Set<string>();

  constructor(
    private readonly client: OwnClient,
    private readonly watches: Watches,
    private readonly replicas: ReplicaLease,
    @Inject(GATEWAY_CONFIG) private readonly config: GatewayConfig,
    private readonly clock: Clock,
  ) {
    watches.sessions.on('delete', ({ metadata: { name = '' } }) => {
      this.#recentlyDeleted.set(name, true);
      this.#deleted.emit(`session:${name}`);
    });
  }

  /** @returns the record's name. @throws KubeError, NetworkError: a console that cannot be recorded must not open */
  async open(start: SessionStart): Promise<string> {
    const { namespace, podName } = this.config;
    const agent = start['user-agent']?.slice(0, LONGEST_AGENT);
    const created = await this.client.create<GateSession>(
      types.gateSessions,
      {
        apiVersion: API_VERSION,
        kind: 'GateSession',
        metadata: { generateName: 'console-', namespace },
        spec: { ...start, ...(agent === undefined ? {} : { 'user-agent': agent }), pod: podName },
      },
      namespace,
    );
    const name = created.metadata.name ?? '';
    this.#own.add(name);
    try {
      await this.write(name, { phase: 'Active', started: new Date(this.clock.now()).toISOString() });
    } catch (error) {
      // Nothing will end it: it is cleaned up with those of dead replicas.
      this.#own.delete(name);
      throw error;
    }
    return name;
  }

  async end(name: string, end: { bytesIn: number; bytesOut: number; reason: string }): Promise<void> {
    const status: GateSessionStatus = {
      phase: 'Ended',
      ended: new Date(this.clock.now()).toISOString(),
      'bytes-in': end.bytesIn,
      'bytes-out': end.bytesOut,
      reason: end.reason,
    };
    try {
      await this.write(name, status);
    } catch (error) {
      // Deleted: this is how an administrator closes a console.
      if (!isKubeError(error, 404)) throw error;
    } finally {
      this.#own.delete(name);
    }
  }

  /** Calls `onDeleted` when the record is deleted. @returns stops that */
  onDeleted(name: string, onDeleted: () => void): () => void {
    if (this.#recentlyDeleted.has(name)) queueMicrotask(onDeleted);
    this.#deleted.on(`session:${name}`, onDeleted);
    return () => this.#deleted.off(`session:${name}`, onDeleted);
  }

  /**
   * Number of live consoles of a grant, on all replicas.
   * @param known what is known of one record before the watch tells it
   */
  live(token: string, known: { session: string; open: boolean }): number {
    return this.liveBut(token, new Set([known.session])) + (known.open ? 1 : 0);
  }

  /** Live ones as the watch shows them, without those that are known better. */
  private liveBut(token: string, known: ReadonlySet<string>): number {
    const live = this.watches.sessions.list().filter(({ metadata, spec, status }) => {
      return spec.token === token && status?.phase !== 'Ended' && !known.has(metadata.name ?? '');
    });
    return live.length;
  }

  /**
   * Ends the records of replicas, and of former processes of this one, that died without doing so.
   * @returns the tokens whose consoles they were, with how many are still live
   */
  async endOrphans(): Promise<Map<string, number>> {
    const ended = new Set<string>();
    const tokens = new Set<string>();
    for (const { metadata, spec, status } of this.watches.sessions.list()) {
      const { name } = metadata;
      if (status?.phase === 'Ended' || name === undefined || this.#own.has(name)) continue;
      // An own one that is not known yet may just be about to open.
      const dead = spec.pod === this.config.podName ? this.isOld(metadata) : !(await this.replicas.isAlive(spec.pod));
      if (!dead) continue;
      await this.end(name, {
        bytesIn: 0,
        bytesOut: 0,
        reason: 'The gateway replica that served this console is gone.',
      });
      ended.add(name);
      if (spec.token !== undefined) tokens.add(spec.token);
    }
    return new Map([...tokens].map((token) => [token, this.liveBut(token, ended)]));
  }

  private isOld({ creationTimestamp }: GateSession['metadata']): boolean {
    return this.clock.now() - Date.parse(creationTimestamp ?? '') > OPENING_MS;
  }

  private async write(name: string, status: GateSessionStatus): Promise<void> {
    const { namespace } = this.config;
    await this.client.patch(types.gateSessions, name, namespace, { status }, 'merge', {
      subresource: 'status',
      fieldManager: 'kube-gateway',
    });
  }
}
