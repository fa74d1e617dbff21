import { Inject, Injectable } from '@nestjs/common';
import { GROUP } from '#libs/api';
import { Clock } from '#libs/ops';
import { GATEWAY_CONFIG, type GatewayConfig } from '../config/config.js';
import { EventEmitter } from 'node:events';
import { isKubeError, isOutage, type Lease, OwnClient, types } from '#libs/kube';
import { CONSOLE_LABEL, Watches } from '../cluster/watches.js';
import { ignoreGone, microTime, ReplicaLease } from './replica-lease.js';

const WHO = `${GROUP}/who`;
const BROWSER = `${GROUP}/browser`;
const TAB = `${GROUP}/tab`;
const MOST_TRIES = 6;

export interface ConsoleClaim {
  /** UID of the VM's instance: after a restart of the machine the console is another one. */
  readonly instance: string;
  readonly kind: 'vnc' | 'serial';
  /** Unique to this console. */
  readonly id: string;
  /** Who is using it, for people. */
  readonly who: string;
  /** The same browser with the same grant may come back to the same tab without asking (a reload). */
  readonly browser?: string;
  /** Tells the tabs of that browser apart; undefined where the client does not say: then it has one. */
  readonly tab?: string;
  /** The client asked to take over. */
  readonly asksToTakeOver: boolean;
  /** It asked, and may take over from someone else. */
  readonly takeOver: boolean;
  /** Resolves when the console ends: it then no longer counts as in use, though its Lease is deleted a little later. */
  readonly ended: Promise<unknown>;
}

/** Who has a console instead of a claim: another tab of the same browser, or someone else. */
export type Holder = 'ownTab' | 'someoneElse';

export type ClaimOutcome =
  | { readonly held: true; /** Someone was using it before. */ readonly taken: boolean; release(): Promise<void> }
  | { readonly held: false; readonly who: string; readonly by: Holder };

/** Who is using a VM's console, agreed between all replicas: one Lease `kg-VMIUID-KIND` for each console in use. */
@Injectable()
export class ConsoleLeases {
  readonly #holders = new EventEmitter().setMaxListeners(0);
  /** Consoles of this replica that have not ended, with the resourceVersion at which they got their Lease. */
  readonly #own = new Map<string, string | undefined>();

  constructor(
    private readonly client: OwnClient,
    private readonly watches: Watches,
    private readonly replicas: ReplicaLease,
    @Inject(GATEWAY_CONFIG) private readonly config: GatewayConfig,
    private readonly clock: Clock,
  ) {
    watches.leases.on('put', (lease) => this.#holders.emit(`lease:${lease.metadata.name}`, lease));
  }

  /**
   * True when someone else is on a console of this VM, as the watch shows it.
   * @param browser the browser that asks: its own console does not count
   */
  isBusy(instance: string, kind: 'vnc' | 'serial', browser?: string): boolean {
    const lease = this.watches.leases.get(nameOf(instance, kind), this.config.namespace);
    if (lease?.spec?.holderIdentity === undefined) return false;
    return browser === undefined || lease.metadata.annotations?.[BROWSER] !== browser;
  }

  /** @throws KubeError, NetworkError if the API server cannot be asked */
  async claim(claim: ConsoleClaim): Promise<ClaimOutcome> {
    this.#own.set(claim.id, undefined);
    void claim.ended.then(() => this.#own.delete(claim.id));
    for (let tries = 0; tries < MOST_TRIES; tries++) {
      const outcome = (await this.create(claim)) ?? (await this.replace(claim));
      if (outcome !== undefined) return outcome;
    }
    return { held: false, who: 'Someone else', by: 'someoneElse' };
  }

  /** Calls `onTaken` when another console has taken this one's place. @returns stops that */
  onTaken(claim: ConsoleClaim, onTaken: (by: Holder) => void): () => void {
    const event = `lease:${nameOf(claim.instance, claim.kind)}`;
    const own = this.identity(claim);
    const look = (lease: Lease): void => {
      const holder = lease.spec?.holderIdentity;
      // An event from before our claim names an earlier holder: it is older than our acquisition.
      if (holder !== undefined && holder !== own && this.isNewer(lease, claim.id)) onTaken(holderOf(lease, claim));
    };
    this.#holders.on(event, look);
    return () => this.#holders.off(event, look);
  }

  /**
   * Asks, past the watch, who has taken the place of this console; undefined where nobody has, or that cannot be found out.
   * @throws KubeError where the cluster refuses to tell
   */
  async takenBy(claim: ConsoleClaim): Promise<Holder | undefined> {
    try {
      const lease = await this.client.get<Lease>(
        types.leases,
        nameOf(claim.instance, claim.kind),
        this.config.namespace,
      );
      return lease.spec?.holderIdentity === this.identity(claim) ? undefined : holderOf(lease, claim);
    } catch (error) {
      if (isOutage(error) || isKubeError(error, 404)) return undefined;
      throw error;
    }
  }

  /** Deletes the Leases of consoles whose replica died without doing so. */
  async endOrphans(): Promise<void> {
    for (const { metadata, spec } of this.watches.leases.list()) {
      const { name = '', resourceVersion } = metadata;
      if (!(await this.isDead(spec?.holderIdentity))) continue;
      const precondition = resourceVersion === undefined ? {} : { resourceVersion };
      await this.client.delete(types.leases, name, this.config.namespace, precondition).catch(ignoreGone);
    }
  }

  private async create(claim: ConsoleClaim): Promise<ClaimOutcome | undefined> {
    try {
      const lease = await this.client.create<Lease>(types.leases, this.toLease(claim, 0), this.config.namespace);
      return this.held(claim, lease, false);
    } catch (error) {
      if (isKubeError(error, 409)) return undefined;
      throw error;
    }
  }

  private async replace(claim: ConsoleClaim): Promise<ClaimOutcome | undefined> {
    try {
      const found = await this.client.get<Lease>(
        types.leases,
        nameOf(claim.instance, claim.kind),
        this.config.namespace,
      );
      if (!(await this.mayTake(claim, found))) return { held: false, who: whoOf(found), by: holderOf(found, claim) };
      const { resourceVersion } = found.metadata;
      const next = this.toLease(claim, (found.spec?.leaseTransitions ?? 0) + 1);
      const metadata = { ...next.metadata, ...(resourceVersion === undefined ? {} : { resourceVersion }) };
      return this.held(claim, await this.client.replace<Lease>(types.leases, { ...next, metadata }), true);
    } catch (error) {
      if (isKubeError(error, 404, 409)) return undefined;
      throw error;
    }
  }

  private async mayTake(claim: ConsoleClaim, found: Lease): Promise<boolean> {
    if (claim.takeOver) return true;
    if (holderOf(found, claim) === 'ownTab') {
      if (claim.asksToTakeOver || found.metadata.annotations?.[TAB] === claim.tab) return true;
    }
    return this.isDead(found.spec?.holderIdentity);
  }

  private async isDead(holder = ''): Promise<boolean> {
    const [pod = '', id = ''] = holder.split('/');
    if (pod === '') return true;
    // Of this replica: ended, its Lease not deleted yet; or of the process that ran in this pod before.
    if (pod === this.config.podName) return !this.#own.has(id);
    return !(await this.replicas.isAlive(pod));
  }

  private held(claim: ConsoleClaim, { metadata }: Lease, taken: boolean): ClaimOutcome {
    if (this.#own.has(claim.id)) this.#own.set(claim.id, metadata.resourceVersion);
    const { resourceVersion, uid } = metadata;
    const release = async (): Promise<void> => {
      const precondition = {
        ...(uid === undefined ? {} : { uid }),
        ...(resourceVersion === undefined ? {} : { resourceVersion }),
      };
      await this.client
        .delete(types.leases, metadata.name ?? '', this.config.namespace, precondition)
        .catch(ignoreGone);
    };
    return { held: true, taken, release };
  }

  private isNewer(lease: Lease, id: string): boolean {
    const own = Number(this.#own.get(id) ?? Infinity);
    return !Number.isFinite(own) || Number(lease.metadata.resourceVersion) > own;
  }

  private identity({ id }: ConsoleClaim): string {
    return `${this.config.podName}/${id}`;
  }

  private toLease(claim: ConsoleClaim, leaseTransitions: number): Lease {
    const at = microTime(this.clock.now());
    return {
      metadata: {
        name: nameOf(claim.instance, claim.kind),
        namespace: this.config.namespace,
        labels: { [CONSOLE_LABEL]: claim.kind },
        annotations: {
          [WHO]: claim.who,
          ...(claim.browser === undefined ? {} : { [BROWSER]: claim.browser }),
          ...(claim.tab === undefined ? {} : { [TAB]: claim.tab }),
        },
      },
      spec: { holderIdentity: this.identity(claim), acquireTime: at, renewTime: at, leaseTransitions },
    };
  }
}

function nameOf(instance: string, kind: string): string {
  return `kg-${instance}-${kind}`;
}

function holderOf({ metadata }: Lease, { browser }: ConsoleClaim): Holder {
  return browser !== undefined && metadata.annotations?.[BROWSER] === browser ? 'ownTab' : 'someoneElse';
}

function whoOf(lease: Lease): string {
  return lease.metadata.annotations?.[WHO] ?? 'Someone else';
}
