import { type GateServer } from '#libs/api';
import { keyOf, type KubeObject, types, type WorkQueue } from '#libs/kube';
import { controllerOf } from '../apply/applier.js';
import { namesakesOf } from '../gateserver/name-claim.js';
import { namesOf } from '../cluster/names.js';
import { gatewayOf } from '../gateserver/names.js';
import { claimOf, rivalsAmong, rivalsOf } from '../gateserver/route-claim.js';
import { serversOf } from '../gateserver/servers.js';
import { targetOf } from '../gatetoken/gather.js';
import { type IngressHosts } from '../cluster/ingress-hosts.js';
import { isSigningKey } from '../cluster/labels.js';
import { type Watches } from '../cluster/watches.js';

type Queue = Pick<WorkQueue, 'add'>;
export interface Queues {
  servers: Queue;
  tokens: Queue;
  sessions: Queue;
}

/** Who is to be looked at again when something changes. Watch handlers only add names to queues. */
export function enqueueDependants(watches: Watches, queues: Queues): void {
  onOwnKinds(watches, queues);
  onSecrets(watches, queues);
  // A token waits until its gateway can read the key that is to sign it.
  watches.owned.get(types.configMaps)?.on('put', (map) => addNamespace(map, watches, queues));
  onIngresses(watches, queues);
  watches.pods.on('put', (pod) => queues.servers.add(gatewayOf(pod)));
  watches.pods.on('delete', (pod) => queues.servers.add(gatewayOf(pod)));
  for (const informer of watches.owned.values()) {
    informer.on('put', (object, old) => {
      addOwner(object, queues);
      // It may have been taken from its owner.
      if (old) addOwner(old, queues);
    });
    informer.on('delete', (object) => addOwner(object, queues));
  }
  onMachines(watches, queues);
}

/** Adds every object of the own kinds: they may have changed while no replica was leading. */
export function enqueueAll(watches: Watches, { servers, tokens, sessions }: Queues): void {
  for (const server of watches.gateServers.list()) servers.add(keyOf(server));
  for (const token of watches.gateTokens.list()) tokens.add(keyOf(token));
  for (const session of watches.gateSessions.list()) sessions.add(keyOf(session));
}

function onOwnKinds(watches: Watches, queues: Queues): void {
  const rivals = rivalsAmong(watches.gateServers);
  /** A host name or a name may have become free, or an older GateServer asks for it. */
  const addRivals = (server: GateServer, old?: GateServer) => {
    const all = rivals(server, old);
    for (const rival of [...rivalsOf(server, all, old), ...namesakesOf(server, all)]) queues.servers.add(keyOf(rival));
  };
  watches.gateSessions.on('put', (session) => queues.sessions.add(keyOf(session)));
  watches.gateServers.on('put', (server, old) => {
    queues.servers.add(keyOf(server));
    if (!old || claimOf(server) !== claimOf(old)) addRivals(server, old);
    if (!old || mattersToTokens(server, old)) addNamespace(server, watches, queues);
  });
  watches.gateServers.on('delete', (server) => {
    addNamespace(server, watches, queues);
    addRivals(server);
  });
}

function mattersToTokens(server: GateServer, old: GateServer): boolean {
  return (
    server.metadata.generation !== old.metadata.generation ||
    server.metadata.deletionTimestamp !== old.metadata.deletionTimestamp ||
    server.status?.['secret-name'] !== old.status?.['secret-name'] ||
    (server.status?.phase === 'Error') !== (old.status?.phase === 'Error')
  );
}

function addNamespace({ metadata: { namespace = '' } }: KubeObject, watches: Watches, queues: Queues): void {
  for (const token of watches.gateTokens.list(namespace)) queues.tokens.add(keyOf(token));
  for (const session of watches.gateSessions.list(namespace)) queues.sessions.add(keyOf(session));
}

/** Both watches show the operator's own; each time, a copy that something is decided by may have become another. */
function onSecrets(watches: Watches, queues: Queues): void {
  const naming = watches.gateTokens.index(({ metadata, spec }) => {
    const name = spec['secret-name'];
    return name === undefined ? [] : [`${metadata.namespace}/${name}`];
  });
  const changed = (secret: KubeObject, old?: KubeObject) => {
    const { namespace = '' } = secret.metadata;
    const marked = [secret, old].some((one) => one && isSigningKey(one));
    const servers = serversOf(watches, namespace);
    if (servers.some((server) => namesOf(server.metadata.name ?? '').session === secret.metadata.name))
      addNamespace(secret, watches, queues);
    // One that signs may sign any token of the namespace.
    const tokens = marked ? watches.gateTokens.list(namespace) : naming(keyOf(secret));
    for (const token of tokens) queues.tokens.add(keyOf(token));
    for (const server of servers) {
      // Marked keys are in every ring of the namespace; a name that was taken may have become free.
      const name = secret.metadata.name ?? '';
      const isNamed = name.startsWith(`${server.metadata.name}-`) || name === server.spec.tls?.['secret-name'];
      if (marked || isNamed) queues.servers.add(keyOf(server));
    }
  };
  for (const informer of [watches.secrets, watches.owned.get(types.secrets)]) {
    informer?.on('put', changed);
    informer?.on('delete', (secret) => changed(secret));
  }
}

/** Who has a host name of an Ingress: another's may have come between, or let go of it. */
function onIngresses({ gateServers, ingresses }: Watches, { servers }: Queues): void {
  const asking = gateServers.index(({ spec }) => [spec.route]);
  const changed = (...seen: IngressHosts[]) => {
    for (const host of seen.flatMap(({ hosts }) => hosts)) for (const one of asking(host)) servers.add(keyOf(one));
  };
  ingresses.on('put', (ingress, old) => changed(ingress, ...(old ? [old] : [])));
  ingresses.on('delete', (ingress) => changed(ingress));
}

/** By name, not by uid: when a GateServer is recreated, the objects of the old one are deleted first. */
function addOwner(object: KubeObject, queues: Queues): void {
  const controller = controllerOf(object);
  if (controller?.kind === 'GateServer') queues.servers.add(`${object.metadata.namespace}/${controller.name}`);
}

/** A VM's state does not matter to a token, only that it is there, and which one it is. */
function onMachines({ gateTokens, virtualMachines, virtualMachineInstances }: Watches, { tokens }: Queues): void {
  const aimedAt = gateTokens.index((token) => {
    const target = targetOf(token);
    return target ? [keyOf({ metadata: target })] : [];
  });
  const changed = (vm: KubeObject) => {
    for (const token of aimedAt(keyOf(vm))) tokens.add(keyOf(token));
  };
  for (const informer of [virtualMachines, virtualMachineInstances]) {
    informer.on('put', (vm, old) => old ?? changed(vm));
    informer.on('delete', changed);
  }
}
