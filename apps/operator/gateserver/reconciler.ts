import { Inject, Injectable } from '@nestjs/common';
import { Clock } from '#libs/ops';
import { API_VERSION, type GateServer, type GateServerStatus } from '#libs/api';
import { type Again, type ResourceType, types } from '#libs/kube';
import { Applier, type Outcome, type Owner } from '../apply/applier.js';
import { Reporter } from '../apply/reporter.js';
import { type Wanted } from '../apply/wanted.js';
import { faultOf, isAllowed, webAppFault } from './check.js';
import { webAppOf } from './deployment.js';
import { desiredOf } from './desired.js';
import { type Gathered, ServerGatherer } from './gather.js';
import { keyChanges, keyInstants } from './key-status.js';
import { type Material, MaterialMaker } from './make.js';
import { nameClash } from './name-claim.js';
import { routeFault } from './route-claim.js';
import { faultStatus, gateServerStatus, isCurrent, isReached, OWN } from './status.js';

/** Another owner's object, a refusal, an API that is away: no watch shows when this is resolved. */
const BLOCKED_MS = 30_000;
/** What gives rights or keys to those who use it by its name; NAME-jwks says whose JWTs are believed. */
const LENDING: ReadonlySet<ResourceType> = new Set([
  types.serviceAccounts,
  types.roles,
  types.roleBindings,
  types.secrets,
  types.configMaps,
]);
/** What runs, can be reached or has rights: a GateServer that may not have its names must have none of it. */
const ACTING: readonly ResourceType[] = [
  types.ingresses,
  types.deployments,
  types.roleBindings,
  types.roles,
  types.serviceAccounts,
];
/** Reasons why a GateServer is not Ready that pass by themselves. */
const UNDER_WAY: ReadonlySet<string> = new Set(['NotAllReady', 'RollingOut']);
const SHORTEST_SLEEP_MS = 1000;
const LONGEST_SLEEP_MS = 3_600_000;

/** GateServer -> everything that it owns. */
@Injectable()
export class ServerReconciler {
  /**
   * What was last written, by namespace/name. The watch may show an older status for a while: compared with that one,
   * the same change would be told again.
   */
  readonly #reported = new Map<string, { uid: string; status: GateServerStatus }>();

  constructor(
    private readonly gatherer: ServerGatherer,
    private readonly maker: MaterialMaker,
    private readonly applier: Applier,
    private readonly reporter: Reporter,
    @Inject(Clock) private readonly clock: Pick<Clock, 'now'>,
  ) {}

  /** @param key namespace/name. Throws what passes by itself; everything else is in the status. */
  async reconcile(key: string): Promise<Again> {
    const { applier } = this;
    const [namespace = '', name = ''] = key.split('/');
    const gathered = await this.gatherer.gather(namespace, name);
    if (!gathered) return void this.#reported.delete(key);
    const { server, rivals, config } = gathered;
    // The list may have become shorter: then what was made by it must end, whatever else is wrong (docs/decisions/0008).
    if (!isAllowed(webAppOf(gathered.deployment), config.webAppHosts)) {
      await applier.withdraw(ownerOf(server), types.deployments);
    }
    const taken = routeFault(server, rivals);
    if (taken) await applier.withdraw(ownerOf(server), types.ingresses, types.deployments);
    const clash = nameClash(server, rivals);
    if (clash) await applier.withdraw(ownerOf(server), ...ACTING);
    const fault = clash ?? taken ?? faultOf(server) ?? webAppFault(server, config.webAppHosts);
    if (fault !== undefined) {
      await this.#letGo(server);
      return this.#report(server, faultStatus(server, fault, new Date(this.clock.now())));
    }
    const material = await this.maker.make(gathered, this.clock.now());
    const outcomes = await this.#waves(ownerOf(server), desiredOf(gathered, material));
    this.#tell(server, outcomes);
    if (!isReached(outcomes)) await this.#letGo(server);
    const status = gateServerStatus(gathered, material, outcomes, new Date(this.clock.now()));
    await this.#report(server, status);
    // API groups are not watched.
    const isWaiting = isBlocked(outcomes) || gathered.discovered.silent.length > 0 || status.phase !== 'Ready';
    const sleep = this.#sleep(gathered, material);
    return { again: isWaiting ? Math.min(BLOCKED_MS, sleep) : sleep };
  }

  /**
   * Secrets and accounts first: without them nothing else may be made. What was made up just now is stored nowhere, and
   * an account, a Role or keys of another owner would lend rights to the gateway or its guests (security.md row 16): a
   * gateway that runs already must end, too.
   */
  async #waves(owner: Owner, wanted: readonly Wanted[]): Promise<Outcome[]> {
    const { applier } = this;
    const outcomes: Outcome[] = [];
    for (const wave of [0, 1, 2, 3]) {
      outcomes.push(
        ...(await applier.apply(
          owner,
          wanted.filter(({ type }) => waveOf(type) === wave),
        )),
      );
      if (outcomes.some(isLent)) await applier.withdraw(owner, types.deployments);
      if ((wave === 0 && isBlocked(outcomes)) || outcomes.some(isLent)) return outcomes;
    }
    if (!isBlocked(outcomes)) await applier.prune(owner, wanted);
    return outcomes;
  }

  /** No Ingress carries a name that is no longer asked for, or not held yet: to others it is free (security.md row 16). */
  async #letGo(server: GateServer): Promise<void> {
    if (server.status?.route !== server.spec.route) await this.applier.withdraw(ownerOf(server), types.ingresses);
  }

  async #report(server: GateServer, status: GateServerStatus): Promise<void> {
    if (isCurrent(server, status)) return;
    const { name = '', namespace = '', uid = '' } = server.metadata;
    if (!(await this.reporter.writeStatus(types.gateServers, { name, namespace, uid }, status, OWN))) return;
    const key = `${namespace}/${name}`;
    const last = this.#reported.get(key);
    this.#reported.set(key, { uid, status });
    this.#tellChanges(server, last?.uid === uid ? last.status : server.status, status);
  }

  #tellChanges(server: GateServer, old: GateServerStatus | undefined, status: GateServerStatus): void {
    for (const { level, reason, message } of keyChanges(old?.keys, status.keys, this.clock.now()))
      this.reporter.event(types.gateServers, server, level, reason, message);
    const [before, ready] = [old, status].map((one) => one?.conditions?.find(({ type }) => type === 'Ready'));
    const isSame = before?.reason === ready?.reason && (status.phase !== 'Error' || before?.message === ready?.message);
    if (!ready || isSame) return;
    const level = ready.status === 'True' || UNDER_WAY.has(ready.reason) ? 'Normal' : 'Warning';
    this.reporter.event(types.gateServers, server, level, ready.reason, ready.message);
  }

  #tell(server: GateServer, outcomes: readonly Outcome[]): void {
    for (const result of ['created', 'updated'] as const) {
      const objects = outcomes
        .filter((one) => one.result === result)
        .map(({ wanted }) => `${wanted.type.kind} ${wanted.object.metadata.name}`);
      if (objects.length === 0) continue;
      const reason = result === 'created' ? 'Created' : 'Updated';
      this.reporter.event(types.gateServers, server, 'Normal', reason, `${reason} ${objects.join(', ')}.`);
    }
  }

  /** Until a key is due or retires, or a certificate of others ends; own certificates are looked at on the way. */
  #sleep(gathered: Gathered, material: Material): number {
    const now = this.clock.now();
    const ends = gathered.certificate?.found?.certificate?.validToDate.getTime() ?? NaN;
    const instants = [...keyInstants(gathered, material, now), ends].filter(Number.isFinite);
    return Math.min(...instants.map((time) => Math.max(SHORTEST_SLEEP_MS, time - now)), LONGEST_SLEEP_MS);
  }
}

/** A binding needs its role, pods need everything that they name. */
function waveOf(type: ResourceType): number {
  if (type === types.secrets || type === types.serviceAccounts) return 0;
  if (type === types.deployments) return 3;
  return type === types.roleBindings ? 2 : 1;
}

function isBlocked(outcomes: readonly Outcome[]): boolean {
  return outcomes.some(({ result }) => result === 'foreign' || result === 'refused');
}

/** Another owner's, with rights that the gateway or its guests must not have. */
function isLent({ result, wanted: { type } }: Outcome): boolean {
  return result === 'foreign' && LENDING.has(type);
}

function ownerOf({ metadata }: GateServer): Owner {
  return { apiVersion: API_VERSION, kind: 'GateServer', metadata };
}
