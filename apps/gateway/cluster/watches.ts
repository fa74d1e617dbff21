import { type V1ConfigMap } from '@kubernetes/client-node';
import { Inject, Injectable } from '@nestjs/common';
import { type GateSession, type GateToken, GROUP } from '#libs/api';
import { Informer, type Lease, OwnClient, type Served, types } from '#libs/kube';
import { type VirtualMachine, type VirtualMachineInstance } from '#libs/kubevirt';
import { Clock, type Logger, LOGGER } from '#libs/ops';
import { GATEWAY_CONFIG, type GatewayConfig } from '../config/config.js';
import { Readiness } from '../ops/readiness.js';

/** Well below the 30 s after which an unrenewed watch makes the gateway refuse. */
const RENEW_MS = 15_000;
const FRESH_MS = 30_000;

/**
 * GateTokens of one page of a list. Each may have 64 kB of URLs, twice, in its spec and its status: to read 500 such takes
 * 150 MB for a moment in pages of 100, and 285 MB in one of 500.
 */
export const TOKENS_PAGE = 100;

/** Marks the Leases of consoles, so that one watch sees them and nothing else. */
export const CONSOLE_LABEL = `${GROUP}/console`;
/** Marks the Leases by which replicas show that they live. */
export const REPLICA_LABEL = `${GROUP}/replica`;

export type ConfigMap = Served<V1ConfigMap>;

/** Everything that the gateway watches, all of it in its own namespace. */
@Injectable()
export class Watches {
  readonly tokens: Informer<GateToken>;
  readonly keys: Informer<ConfigMap>;
  readonly vms: Informer<VirtualMachine>;
  readonly vmis: Informer<VirtualMachineInstance>;
  readonly sessions: Informer<GateSession>;
  /** Of consoles. */
  readonly leases: Informer<Lease>;
  /** Of replicas. */
  readonly replicas: Informer<Lease>;
  readonly #all: [string, Pick<Informer<never>, 'start' | 'stop' | 'synced' | 'lastContact' | 'hasSynced'>][];

  constructor(
    client: OwnClient,
    @Inject(GATEWAY_CONFIG) { namespace, jwksConfigMap }: GatewayConfig,
    @Inject(LOGGER) log: Logger,
    readiness: Readiness,
    private readonly clock: Clock,
  ) {
    const options = (what: string) => ({
      namespace,
      renewMs: RENEW_MS,
      clock: () => clock.now(),
      onError: (err: unknown) => log.warn({ what, err }, 'watch failed'),
    });
    this.tokens = new Informer<GateToken>(client, types.gateTokens, { ...options('gatetokens'), page: TOKENS_PAGE });
    const fieldSelector = `metadata.name=${jwksConfigMap}`;
    this.keys = new Informer<ConfigMap>(client, types.configMaps, { ...options('keys'), fieldSelector });
    this.vms = new Informer<VirtualMachine>(client, types.virtualMachines, options('virtualmachines'));
    this.vmis = new Informer<VirtualMachineInstance>(client, types.virtualMachineInstances, options('instances'));
    this.sessions = new Informer<GateSession>(client, types.gateSessions, options('gatesessions'));
    this.leases = new Informer<Lease>(client, types.leases, { ...options('leases'), labelSelector: CONSOLE_LABEL });
    this.replicas = new Informer<Lease>(client, types.leases, { ...options('replicas'), labelSelector: REPLICA_LABEL });
    this.#all = [
      ['gatetokens', this.tokens],
      ['keys', this.keys],
      ['virtualmachines', this.vms],
      ['instances', this.vmis],
      ['gatesessions', this.sessions],
      ['leases', this.leases],
      ['replicas', this.replicas],
    ];
    readiness.require(() => this.problems());
  }

  start(): void {
    for (const [, informer] of this.#all) informer.start();
  }

  async synced(): Promise<void> {
    await Promise.all(this.#all.map(([, informer]) => informer.synced()));
  }

  async stop(): Promise<void> {
    await Promise.all(this.#all.map(([, informer]) => informer.stop()));
  }

  /** Milliseconds since the watch of the grants last heard from the API server. */
  silence(): number {
    return this.clock.now() - this.tokens.lastContact;
  }

  /** False if a revocation could have been missed. */
  inTouch(): boolean {
    return this.silence() <= FRESH_MS;
  }

  /** @returns one line per problem; empty if there is none */
  private problems(): string[] {
    return this.#all.flatMap(([what, { hasSynced, lastContact }]) => {
      if (!hasSynced) return [`${what}: not read yet`];
      return this.clock.now() - lastContact > FRESH_MS ? [`${what}: the watch is out of touch`] : [];
    });
  }
}
