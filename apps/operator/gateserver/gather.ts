import { type GateServer, gateServerDefaults, type GateServerSettings, type GateToken, SIGNING_KEY } from '#libs/api';
import { type ResourceType, types } from '#libs/kube';
import { controllerOf, isOwned } from '../apply/applier.js';
import { type Manifest } from '../apply/manifest.js';
import { type SecretObject, type Watches } from '../watches.js';
import { type Served } from './discovery.js';
import { type Names, namesOf } from './names.js';

/** Everything that decides about one GateServer. */
export interface Gathered {
  server: GateServer;
  name: string;
  namespace: string;
  names: Names;
  settings: GateServerSettings;
  /** Its own Secrets as they are; undefined where there is none, or where somebody else's has the name. */
  secrets: { signing: SecretObject | undefined; session: SecretObject | undefined; tls: SecretObject | undefined };
  /** Secrets of the namespace that people marked as signing keys. */
  marked: SecretObject[];
  /** GateTokens of the namespace. */
  tokens: GateToken[];
  deployment: Manifest | undefined;
  /** What the API server serves; empty where the spec does not ask. */
  served: Served[];
}

export interface Sources {
  watches: Pick<Watches, 'gateServers' | 'gateTokens' | 'secrets' | 'owned'>;
  find: (type: ResourceType, name: string, namespace: string) => Promise<Manifest | undefined>;
  discovery: { served(): Promise<Served[]> };
}

/** @returns undefined when there is no such GateServer, or it is being deleted: what it owned goes with it */
export async function gather(sources: Sources, namespace: string, name: string): Promise<Gathered | undefined> {
  const { watches, discovery } = sources;
  const server = watches.gateServers.get(name, namespace);
  if (!server || server.metadata.deletionTimestamp) return undefined;
  const names = namesOf(name);
  const settings = gateServerDefaults(server.spec);
  const own = async (secret: string) => ownSecret(server, await sources.find(types.secrets, secret, namespace));
  return {
    server,
    name,
    namespace,
    names,
    settings,
    secrets: { signing: await own(names.jwtSecret), session: await own(names.session), tls: await own(names.tls) },
    marked: watches.secrets.list().filter((secret) => isMarked(secret, namespace)),
    tokens: watches.gateTokens.list().filter(({ metadata }) => metadata.namespace === namespace),
    deployment: watches.owned.get(types.deployments)?.get(name, namespace),
    served: settings['admin-resources'].trim() ? await discovery.served() : [],
  };
}

function ownSecret(server: GateServer, secret: Manifest | undefined): SecretObject | undefined {
  return secret && isOwned(secret, server) ? secret : undefined;
}

/** Marked by a person: the secrets of GateServers have the mark too, but each is for its own gateway. */
function isMarked(secret: SecretObject, namespace: string): boolean {
  const { metadata } = secret;
  if (metadata.namespace !== namespace || metadata.annotations?.[SIGNING_KEY] !== 'true') return false;
  return controllerOf(secret)?.kind !== 'GateServer';
}
