import { type V1ConfigMap } from '@kubernetes/client-node';
import { type GateSession, type GateToken } from '#libs/api';
import { Informer, type Lease, type OwnClient, type Served, types } from '#libs/kube';
import { type VirtualMachine, type VirtualMachineInstance } from '#libs/kubevirt';

/** Well below the 30 s after which an unrenewed watch makes the gateway refuse. */
const RENEW_MS = 15_000;
const FRESH_MS = 30_000;

/** Marks the Leases of consoles, so that one watch sees them and nothing else. */
export const CONSOLE_LABEL = 'kubegateway.kubevirt.io/console';

export type ConfigMap = Served<V1ConfigMap>;

export interface WatchesOptions {
  namespace: string;
  jwksConfigMap: string;
  onError: (what: string, error: unknown) => void;
  now?: () => number;
  renewMs?: number;
}

/** Everything that the gateway watches, all of it in its own namespace. */
export class Watches {
  readonly tokens: Informer<GateToken>;
  readonly keys: Informer<ConfigMap>;
  readonly vms: Informer<VirtualMachine>;
  readonly vmis: Informer<VirtualMachineInstance>;
  readonly sessions: Informer<GateSession>;
  readonly leases: Informer<Lease>;
  readonly #all: [string, Pick<Informer<never>, 'start' | 'stop' | 'synced' | 'lastContact' | 'hasSynced'>][];
  readonly #now: () => number;

  constructor(client: OwnClient, { namespace, jwksConfigMap, onError, now, renewMs }: WatchesOptions) {
    this.#now = now ?? Date.now;
    const options = (what: string) => ({
      namespace,
      renewMs: renewMs ?? RENEW_MS,
      clock: this.#now,
      onError: (error: unknown) => onError(what, error),
    });
    this.tokens = new Informer<GateToken>(client, types.gateTokens, options('gatetokens'));
    const fieldSelector = `metadata.name=${jwksConfigMap}`;
    this.keys = new Informer<ConfigMap>(client, types.configMaps, { ...options('keys'), fieldSelector });
    this.vms = new Informer<VirtualMachine>(client, types.virtualMachines, options('virtualmachines'));
    this.vmis = new Informer<VirtualMachineInstance>(client, types.virtualMachineInstances, options('instances'));
    this.sessions = new Informer<GateSession>(client, types.gateSessions, options('gatesessions'));
    this.leases = new Informer<Lease>(client, types.leases, { ...options('leases'), labelSelector: CONSOLE_LABEL });
    this.#all = [
      ['gatetokens', this.tokens],
      ['keys', this.keys],
      ['virtualmachines', this.vms],
      ['instances', this.vmis],
      ['gatesessions', this.sessions],
      ['leases', this.leases],
    ];
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

  /** Milliseconds since the watch of the grants last heard of the API server. */
  silence(): number {
    return this.#now() - this.tokens.lastContact;
  }

  /** False where a revocation could have been missed. */
  inTouch(): boolean {
    return this.silence() <= FRESH_MS;
  }

  /** @returns what is not in order, a line each; empty where all is */
  problems(): string[] {
    return this.#all.flatMap(([what, { hasSynced, lastContact }]) => {
      if (!hasSynced) return [`${what}: not read yet`];
      return this.#now() - lastContact > FRESH_MS ? [`${what}: the watch is out of touch`] : [];
    });
  }
}
