import { Inject, Injectable } from '@nestjs/common';
import { type GateServer, type GateToken } from '#libs/api';
import { isKubeError, type KubeClient, type KubeObject, OwnClient, type ResourceType, types } from '#libs/kube';
import { boundVm } from '#libs/policy';
import { type SecretKey } from '#libs/token';
import { ownSecret } from '../gateserver/gather.js';
import { sessionKeyOf } from '../gateserver/material.js';
import { isOwned } from '../apply/applier.js';
import { namesOf } from '../cluster/names.js';
import { serversOf } from '../gateserver/servers.js';
import { publishedKeys } from '../keys/published.js';
import { isMade } from '../cluster/made.js';
import { type SecretObject } from '../cluster/manifest.js';
import { perVersion } from '../cluster/per-version.js';
import { SecretReader } from '../cluster/secret-reader.js';
import { Watches } from '../cluster/watches.js';
import { SEAL_KEYS, type SealKey, type SealKeys } from '../keys/seal-keys.js';
import { type SecretOf } from './signer.js';

/** Everything that decides about one token. */
export interface Gathered {
  token: GateToken;
  /** Of its namespace, oldest first; none that is being deleted. */
  servers: GateServer[];
  /** Of the Secrets of the GateServers, and the one that it names. Without data, unless they may sign. */
  secretOf: SecretOf;
  /** The key that the operator shares with the gateway of a GateServer; undefined while there is none. */
  gatewayKeyOf: (server: GateServer) => SecretKey | undefined;
  /** Of the admission webhook; undefined where none is installed. */
  sealKeys: readonly SealKey[] | undefined;
  /** Ids of the keys that the gateway of a GateServer verifies tokens by. */
  publishedBy: (server: GateServer) => ReadonlySet<string>;
  /** The one VM that it names; `uid` undefined: there is no such VM. */
  vm: { namespace: string; name: string; uid: string | undefined } | undefined;
}

type Sources = Pick<
  Watches,
  'gateTokens' | 'gateServers' | 'secrets' | 'owned' | 'virtualMachines' | 'virtualMachineInstances'
>;

/** Reads everything that decides about a GateToken. */
@Injectable()
export class TokenGatherer {
  constructor(
    @Inject(Watches) private readonly watches: Sources,
    @Inject(OwnClient) private readonly client: Pick<KubeClient, 'get'>,
    private readonly reader: SecretReader,
    @Inject(SEAL_KEYS) private readonly seals: SealKeys | undefined,
  ) {}

  /** @returns undefined when there is no such token */
  async gather(namespace: string, name: string): Promise<Gathered | undefined> {
    const { watches, client } = this;
    const token = watches.gateTokens.get(name, namespace);
    if (!token || token.metadata.deletionTimestamp) return undefined;
    const target = targetOf(token);
    const servers = serversOf(watches, namespace);
    return {
      token,
      servers,
      secretOf: await this.#secrets(token, servers),
      gatewayKeyOf: (server) => this.#gatewayKey(server),
      sealKeys: this.seals?.keys(),
      publishedBy: (server) => this.#published(server),
      vm: target && { ...target, uid: await uidOf(watches, client, target) },
    };
  }

  #gatewayKey(server: GateServer): SecretKey | undefined {
    const { name = '', namespace } = server.metadata;
    const secret = this.watches.owned.get(types.secrets)?.get(namesOf(name).session, namespace);
    const own = ownSecret(server, secret);
    return own && sessionKeyOf(own);
  }

  #published(server: GateServer): ReadonlySet<string> {
    const { name = '', namespace } = server.metadata;
    const map = this.watches.owned.get(types.configMaps)?.get(namesOf(name).jwks, namespace);
    return publishedKeys(map && isOwned(map, server) ? map : undefined);
  }

  async #secrets({ metadata: { namespace }, spec }: GateToken, servers: readonly GateServer[]): Promise<SecretOf> {
    const { owned, secrets } = this.watches;
    const found = new Map<string, SecretObject | undefined>();
    const names = [spec['secret-name'], ...servers.map(({ status }) => status?.['secret-name'])];
    for (const name of new Set(names.filter((one) => one !== undefined))) {
      const own = owned.get(types.secrets)?.get(name, namespace);
      const copy = secrets.get(name, namespace);
      const secret = own && isMade(own) ? own : await this.reader.marked(copy);
      found.set(name, secret ?? (copy && { metadata: copy.metadata }));
    }
    return (name) => found.get(name);
  }
}

/** The one VM that a token is for, by `vm` or by all of its urls. */
export const targetOf = perVersion(readTarget);

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
    return await client.get(type, name, namespace, { metadataOnly: true });
  } catch (error) {
    if (isKubeError(error, 404)) return undefined;
    throw error;
  }
}
