import { type GateServer, type GateToken } from '#libs/api';
import { isKubeError, type KubeClient, type KubeObject, type ResourceType, types } from '#libs/kube';
import { boundVm } from '#libs/policy';
import { serversOf } from '../gateserver/servers.js';
import { type SecretObject } from '../cluster/manifest.js';
import { type Watches } from '../cluster/watches.js';

/** Everything that decides about one token. */
export interface Gathered {
  token: GateToken;
  /** Of its namespace, oldest first; none that is being deleted. */
  servers: GateServer[];
  secretOf: (name: string) => SecretObject | undefined;
  /** The one VM that it names; `uid` undefined: there is no such VM. */
  vm: { namespace: string; name: string; uid: string | undefined } | undefined;
}

export type Sources = Pick<
  Watches,
  'gateTokens' | 'gateServers' | 'secrets' | 'virtualMachines' | 'virtualMachineInstances'
>;

/** @returns undefined when there is no such token */
export async function gather(
  watches: Sources,
  client: Pick<KubeClient, 'get'>,
  namespace: string,
  name: string,
): Promise<Gathered | undefined> {
  const token = watches.gateTokens.get(name, namespace);
  if (!token || token.metadata.deletionTimestamp) return undefined;
  const target = targetOf(token);
  return {
    token,
    servers: serversOf(watches, namespace),
    secretOf: (secret) => watches.secrets.get(secret, namespace),
    vm: target && { ...target, uid: await uidOf(watches, client, target) },
  };
}

const targets = new WeakMap<GateToken, { namespace: string; name: string } | undefined>();

/** The one VM that a token is for, by `vm` or by all of its urls. */
export function targetOf(token: GateToken): { namespace: string; name: string } | undefined {
  if (!targets.has(token)) targets.set(token, readTarget(token));
  return targets.get(token);
}

function readTarget({ metadata, spec }: GateToken): { namespace: string; name: string } | undefined {
  if (spec.vm !== undefined) return { namespace: metadata.namespace ?? '', name: spec.vm };
  const bound = boundVm(spec.urls ?? []);
  return bound && { namespace: bound.namespace, name: bound.vm };
}

/** UID of the VM; of its instance, where that stands alone. */
async function uidOf(
  watches: Sources,
  client: Pick<KubeClient, 'get'>,
  { namespace, name }: { namespace: string; name: string },
): Promise<string | undefined> {
  const vm = await find(watches.virtualMachines, types.virtualMachines, client, namespace, name);
  const found =
    vm ?? (await find(watches.virtualMachineInstances, types.virtualMachineInstances, client, namespace, name));
  return found?.metadata.uid;
}

/** From the watch; live while that has not come up, as where KubeVirt is not installed. */
async function find(
  watch: Sources['virtualMachines'],
  type: ResourceType,
  client: Pick<KubeClient, 'get'>,
  namespace: string,
  name: string,
): Promise<KubeObject | undefined> {
  if (watch.hasSynced) return watch.get(name, namespace);
  try {
    return await client.get(type, name, namespace);
  } catch (error) {
    if (isKubeError(error, 404)) return undefined;
    throw error;
  }
}
