import { API_VERSION, type GateServer, type GateServerStatus } from '#libs/api';
import { type Again, type EventRecorder, isKubeError, type KubeClient, type ResourceType, types } from '#libs/kube';
import { parseDuration } from '#libs/token';
import { type Applier, isOwned, type Outcome, type Owner } from '../apply/applier.js';
import { type Manifest, type SecretObject } from '../cluster/manifest.js';
import { type Wanted } from '../apply/wanted.js';
import { OPERATOR } from '../cluster/labels.js';
import { faultOf, isAllowed, webAppFault } from './check.js';
import { webAppOf } from './deployment.js';
import { desiredOf } from './desired.js';
import { gather, type Gathered, type Sources } from './gather.js';
import { makeMaterial, type Material, needsMaking } from './make.js';
import { type Factory } from '../keys/factory.js';
import { presentKey } from './material.js';
import { routeFault } from './route-claim.js';
import { faultStatus, isCurrent, isReached, statusOf } from './status.js';

/** Somebody else's object, a refusal, an API that is away: nothing that is watched tells when it is cured. */
const BLOCKED_MS = 30_000;
/** What gives rights or keys to those who use it by its name; NAME-jwks says whose JWTs are believed. */
const LENDING: ReadonlySet<ResourceType> = new Set([
  types.serviceAccounts,
  types.roles,
  types.roleBindings,
  types.secrets,
  types.configMaps,
]);
const LONGEST_SLEEP_MS = 3_600_000;

export interface ServerReconcilerOptions {
  client: Pick<KubeClient, 'get' | 'apply'>;
  applier: Pick<Applier, 'apply' | 'prune' | 'withdraw' | 'find'>;
  sources: Omit<Sources, 'find'>;
  factory: Factory;
  events: Pick<EventRecorder, 'record'>;
  gatewayImage: string;
  webAppHosts: readonly string[];
  now: () => number;
}

/** GateServer -> everything that it owns. */
export class ServerReconciler {
  constructor(private readonly options: ServerReconcilerOptions) {}

  /** @param key namespace/name. Throws what passes by itself; everything else is in the status. */
  async reconcile(key: string): Promise<Again> {
    const { sources, applier, now, webAppHosts } = this.options;
    const [namespace = '', name = ''] = key.split('/');
    const find: Sources['find'] = (type, object, ns) => applier.find(type, object, ns);
    const gathered = await gather({ ...sources, find }, namespace, name);
    if (!gathered) return;
    const { server, everyServer } = gathered;
    // The list may have become shorter: then what was made by it must end, whatever else is wrong (docs/decisions/0008).
    if (!isAllowed(webAppOf(gathered.deployment), webAppHosts)) {
      await applier.withdraw(ownerOf(server), types.deployments);
    }
    const taken = routeFault(server, everyServer);
    if (taken) await applier.withdraw(ownerOf(server), types.ingresses, types.deployments);
    const fault = taken ?? faultOf(server) ?? webAppFault(server, webAppHosts);
    if (fault !== undefined) {
      await this.#letGo(server);
      return this.#write(server, faultStatus(server, fault, new Date(now())));
    }
    const { material, outcomes } = await this.#apply(gathered);
    if (!isReached(outcomes)) await this.#letGo(server);
    await this.#write(server, statusOf(gathered, material, outcomes, new Date(now())));
    const isWaiting = isBlocked(outcomes) || gathered.discovered.silent.length > 0;
    return { again: isWaiting ? BLOCKED_MS : this.#sleep(gathered, material) };
  }

  async #apply(seen: Gathered): Promise<{ material: Material; outcomes: Outcome[] }> {
    const { factory, gatewayImage, now } = this.options;
    const gathered = needsMaking(seen, now()) ? { ...seen, secrets: await this.#freshSecrets(seen) } : seen;
    const material = await makeMaterial(gathered, factory, now());
    const wanted = desiredOf(gathered, material, gatewayImage);
    const outcomes = await this.#waves(ownerOf(gathered.server), wanted);
    this.#tell(gathered.server, outcomes);
    return { material, outcomes };
  }

  /**
   * Secrets and accounts first: without them nothing else may be made. What was made up just now is stored nowhere, and
   * an account, a Role or keys of somebody else's would lend rights to the gateway or its guests (security.md row 16): a
   * gateway that runs already must end, too.
   */
  async #waves(owner: Owner, wanted: readonly Wanted[]): Promise<Outcome[]> {
    const { applier } = this.options;
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
    if (server.status?.route !== server.spec.route)
      await this.options.applier.withdraw(ownerOf(server), types.ingresses);
  }

  /** Past the watch: a new key in the place of one that is only not seen yet would end every token. */
  async #freshSecrets({ server, namespace, names }: Gathered): Promise<Gathered['secrets']> {
    const read = async (name: string): Promise<SecretObject | undefined> => {
      try {
        const secret = await this.options.client.get<Manifest>(types.secrets, name, namespace);
        return isOwned(secret, server) ? secret : undefined;
      } catch (error) {
        if (isKubeError(error, 404)) return undefined;
        throw error;
      }
    };
    return { signing: await read(names.jwtSecret), session: await read(names.session), tls: await read(names.tls) };
  }

  async #write(server: GateServer, status: GateServerStatus): Promise<void> {
    if (isCurrent(server, status)) return;
    const { name, namespace, uid } = server.metadata;
    const metadata = { name, namespace, uid } as GateServer['metadata'];
    const body = { apiVersion: API_VERSION, kind: 'GateServer', metadata, status };
    const options = { fieldManager: OPERATOR, force: true, subresource: 'status' };
    try {
      await this.options.client.apply(types.gateServers, body, options);
    } catch (error) {
      if (isKubeError(error, 404)) return;
      throw error;
    }
    const ready = status.conditions?.find(({ type }) => type === 'Ready');
    if (!ready || (server.status?.phase === status.phase && status.phase !== 'Error')) return;
    const type = status.phase === 'Error' ? 'Warning' : 'Normal';
    this.options.events.record(server, type, ready.reason, ready.message, types.gateServers);
  }

  #tell(server: GateServer, outcomes: readonly Outcome[]): void {
    for (const result of ['created', 'updated'] as const) {
      const objects = outcomes
        .filter((one) => one.result === result)
        .map(({ wanted }) => `${wanted.type.kind} ${wanted.object.metadata.name}`);
      if (objects.length === 0) continue;
      const reason = result === 'created' ? 'Created' : 'Updated';
      this.options.events.record(server, 'Normal', reason, `${reason} ${objects.join(', ')}.`, types.gateServers);
    }
  }

  /** Until the key is old; certificates and retired keys are looked at on the way. */
  #sleep({ settings }: Gathered, { signing }: Material): number {
    const secret: SecretObject = { metadata: { annotations: signing.annotations ?? {} }, data: signing.data };
    const created = Date.parse(presentKey(secret)?.created ?? '');
    const old = created + parseDuration(settings['key-rotation']) - this.options.now();
    return Number.isFinite(old) ? Math.min(Math.max(1000, old), LONGEST_SLEEP_MS) : LONGEST_SLEEP_MS;
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

/** Somebody else's, and what the gateway or its guests could do by it, they must not. */
function isLent({ result, wanted: { type } }: Outcome): boolean {
  return result === 'foreign' && LENDING.has(type);
}

function ownerOf({ metadata }: GateServer): Owner {
  return { apiVersion: API_VERSION, kind: 'GateServer', metadata };
}
