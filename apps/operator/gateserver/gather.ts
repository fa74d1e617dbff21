import { Inject, Injectable } from '@nestjs/common';
import { type GateServer, gateServerDefaults, type GateServerSettings } from '#libs/api';
import { type KubeObject, types } from '#libs/kube';
import { Applier, controllerOf, isOwned } from '../apply/applier.js';
import { isSigningKey } from '../cluster/labels.js';
import { type IngressHosts } from '../cluster/ingress-hosts.js';
import { type Manifest, type PodObject, type SecretObject } from '../cluster/manifest.js';
import { SecretReader } from '../cluster/secret-reader.js';
import { type TlsSecret } from '../cluster/tls-secret.js';
import { Watches } from '../cluster/watches.js';
import { OPERATOR_CONFIG, type OperatorConfig } from '../config/config.js';
import { type ClassState, type Discovered, Discovery, NOTHING } from './discovery.js';
import { type Rule } from './gateway-role.js';
import { exposureOf } from './exposure.js';
import { type Names, namesOf } from '../cluster/names.js';
import { KeyUses } from '../keys/key-uses.js';
import { gatewayOf } from './names.js';
import { rivalsAmong } from './route-claim.js';

/** Everything that decides about one GateServer. */
export interface Gathered {
  server: GateServer;
  name: string;
  namespace: string;
  names: Names;
  settings: GateServerSettings;
  /** Its own Secrets as they are; undefined if there is none, or another owner's has the name. */
  secrets: { signing: SecretObject | undefined; session: SecretObject | undefined; tls: SecretObject | undefined };
  /** Secrets of the namespace that people marked as signing keys. */
  marked: SecretObject[];
  /** By id of a signing key: the last second at which a GateToken of the namespace that it signed ends. */
  lastUse: ReadonlyMap<string, number>;
  deployment: Manifest | undefined;
  service: Manifest | undefined;
  /** Of its gateways. */
  pods: PodObject[];
  /** The Secret with the certificate of its Ingress where others make that, and what was found in it, if it is there. */
  certificate: { secret: string; found: TlsSecret | undefined } | undefined;
  /** Names of the API groups that the cluster serves. */
  groups: readonly string[];
  /** All that take the host name of the spec, its own among them. */
  ingresses: IngressHosts[];
  /** Of the spec's IngressClass, where it names one and has an Ingress. */
  ingressClass: ClassState | undefined;
  /** GateServers that may ask for the same names, in whichever namespace; this one may be among them. */
  rivals: GateServer[];
  /** What the API server serves; nothing where the spec does not ask. */
  discovered: Discovered;
  /** What the operator's environment allows and says. */
  config: Pick<OperatorConfig, 'gatewayImage' | 'webAppHosts' | 'webhook'>;
}

type Sources = Pick<Watches, 'gateServers' | 'secrets' | 'ingresses' | 'owned' | 'pods'>;

/** Reads everything that decides about a GateServer. */
@Injectable()
export class ServerGatherer {
  readonly #markedIn: (namespace: string) => KubeObject[];
  readonly #podsOf: (gateway: string) => PodObject[];
  readonly #ingressesFor: (host: string) => IngressHosts[];
  readonly #rivalsOf: (server: GateServer) => GateServer[];

  constructor(
    @Inject(Watches) private readonly watches: Sources,
    @Inject(Applier) private readonly applier: Pick<Applier, 'find'>,
    private readonly reader: SecretReader,
    @Inject(Discovery) private readonly discovery: Pick<Discovery, 'discover' | 'groups' | 'ingressClass'>,
    @Inject(KeyUses) private readonly uses: Pick<KeyUses, 'in'>,
    @Inject(OPERATOR_CONFIG) private readonly config: Gathered['config'],
  ) {
    this.#markedIn = watches.secrets.index((secret) => (isMarked(secret) ? [secret.metadata.namespace ?? ''] : []));
    this.#podsOf = watches.pods.index((pod) => [gatewayOf(pod)]);
    this.#ingressesFor = watches.ingresses.index(({ hosts }) => hosts);
    this.#rivalsOf = rivalsAmong(watches.gateServers);
  }

  /** @returns undefined when there is no such GateServer, or it is being deleted: what it owned goes with it */
  async gather(namespace: string, name: string): Promise<Gathered | undefined> {
    const { watches, config } = this;
    const server = watches.gateServers.get(name, namespace);
    if (!server || server.metadata.deletionTimestamp) return undefined;
    const names = namesOf(name);
    const settings = gateServerDefaults(server.spec);
    const own = async (secret: string) => ownSecret(server, await this.applier.find(server, types.secrets, secret));
    return {
      ...{ server, name, namespace, names, settings, config },
      secrets: { signing: await own(names.jwtSecret), session: await own(names.session), tls: await own(names.tls) },
      marked: await this.reader.allMarked(this.#markedIn(namespace)),
      lastUse: this.uses.in(namespace),
      deployment: watches.owned.get(types.deployments)?.get(name, namespace),
      service: watches.owned.get(types.services)?.get(name, namespace),
      pods: this.#podsOf(`${namespace}/${name}`),
      certificate: await this.#certificate(settings, names, namespace),
      groups: await this.discovery.groups(),
      ingresses: this.#ingressesFor(settings.route),
      ingressClass: await this.#ingressClass(settings),
      rivals: this.#rivalsOf(server),
      discovered: settings['admin-resources'].trim()
        ? remembered(await this.discovery.discover(), ownRole(watches, server, names.guest))
        : NOTHING,
    };
  }

  async #ingressClass(settings: GateServerSettings): Promise<ClassState | undefined> {
    const name = settings['ingress-class'];
    if (exposureOf(settings).exposure !== 'ingress' || name === undefined) return undefined;
    return this.discovery.ingressClass(name);
  }

  async #certificate(settings: GateServerSettings, names: Names, namespace: string): Promise<Gathered['certificate']> {
    if (exposureOf(settings).exposure !== 'ingress' || !settings.tls) return undefined;
    const secret = settings.tls['secret-name'] ?? (settings.tls['issuer-ref'] && names.tls);
    if (secret === undefined) return undefined;
    return { secret, found: await this.reader.tls(this.watches.secrets.get(secret, namespace)) };
  }
}

export function ownSecret(server: GateServer, secret: Manifest | undefined): SecretObject | undefined {
  return secret && isOwned(secret, server) ? secret : undefined;
}

/** Marked by a person: the secrets of GateServers have the mark too, but each is for its own gateway. */
function isMarked(secret: KubeObject): boolean {
  return isSigningKey(secret) && controllerOf(secret)?.kind !== 'GateServer';
}

function ownRole({ owned }: Sources, server: GateServer, name: string): Manifest | undefined {
  const role = owned.get(types.roles)?.get(name, server.metadata.namespace);
  return role && isOwned(role, server) ? role : undefined;
}

/** For an API that is away, keeps what the guests' Role already has: an outage takes no rights away. */
function remembered({ served, silent }: Discovered, role: Manifest | undefined): Discovered {
  if (silent.length === 0) return { served, silent };
  const rules = (role?.['rules'] ?? []) as Rule[];
  const before = rules.flatMap(({ apiGroups, resources }) =>
    apiGroups.filter((group) => silent.includes(group)).flatMap((group) => resources.map((name) => ({ group, name }))),
  );
  return { served: [...served, ...before], silent };
}
