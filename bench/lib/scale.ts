/** What one thing costs: measured by bench/scale.ts. */
export interface Costs {
  /** A GateToken as the API server sends it, in bytes. */
  readonly grantBytes: number;
  /** A GateSession or a console's Lease, in bytes: the mean of what a console writes. */
  readonly consoleBytes: number;
  /** Writes of a grant from its creation until it is deleted. */
  readonly grantWrites: number;
  /** Writes of a console from its opening until its end. */
  readonly consoleWrites: number;
  /** Of a gateway that holds no grants, in bytes; and what each grant adds. */
  readonly gatewayBytes: number;
  readonly gatewayBytesPerGrant: number;
  /** Seconds until a gateway that starts has read one grant. */
  readonly gatewaySecondsPerGrant: number;
  /** CPU seconds of a gateway that is told of one change. */
  readonly gatewayCpuPerEvent: number;
  /** CPU seconds of a gateway to open and end one console. */
  readonly gatewayCpuPerConsole: number;
}

/** How people use it. */
export interface Use {
  /** How long a grant lives, in seconds. */
  readonly lifetime: number;
  /** Consoles that are opened with one grant, and how long each is open, in seconds. */
  readonly consolesPerGrant: number;
  readonly consoleSeconds: number;
  /** How many times the mean the busiest minute is. */
  readonly peak: number;
  /** Gateways of each GateServer. */
  readonly replicas: number;
}

/** Live grants, spread evenly over so many GateServers, each in a namespace of its own. */
export interface Population {
  readonly grants: number;
  readonly servers: number;
}

/** What a population asks of each part in its busiest minute. */
export interface Demands {
  /** Consoles that are open at once. */
  readonly consoles: number;
  /** Writes a second to etcd. */
  readonly writes: number;
  /** Bytes in etcd, with all versions of the last 5 minutes, which is how often Kubernetes compacts them. */
  readonly database: number;
  /** Bytes of all GateTokens: of one kind. */
  readonly kind: number;
  /** Watch events a second that the API servers send, and their bytes. */
  readonly events: number;
  readonly eventBytes: number;
  /** Of one gateway: resident bytes, seconds to read all grants at its start, cores. */
  readonly gatewayBytes: number;
  readonly gatewayStart: number;
  readonly gatewayCores: number;
}

const COMPACTION_S = 300;
/** The operator watches all GateTokens and GateSessions. */
const OPERATORS = 1;
/** Writes of the Lease by which a gateway shows that it is alive: one every 10 s. */
const REPLICA_WRITES = 0.1;

export function demandsOf({ grants, servers }: Population, costs: Costs, use: Use): Demands {
  const grantsPerSecond = (grants / use.lifetime) * use.peak;
  const consolesPerSecond = grantsPerSecond * use.consolesPerGrant;
  const consoles = consolesPerSecond * use.consoleSeconds;
  const [ofGrants, ofConsoles] = [grantsPerSecond * costs.grantWrites, consolesPerSecond * costs.consoleWrites];
  const ofReplicas = servers * use.replicas * REPLICA_WRITES;
  const written = ofGrants * costs.grantBytes + (ofConsoles + ofReplicas) * costs.consoleBytes;
  const writes = ofGrants + ofConsoles + ofReplicas;
  // Each gateway of the namespace is told of each change in it, and so is the operator.
  const watchers = use.replicas + OPERATORS;
  const ofOneServer = (writes / servers) * costs.gatewayCpuPerEvent;
  const ofOneGateway = consolesPerSecond / servers / use.replicas;
  return {
    consoles,
    writes,
    kind: grants * costs.grantBytes,
    database: grants * costs.grantBytes + written * COMPACTION_S,
    events: writes * watchers,
    eventBytes: written * watchers,
    gatewayBytes: costs.gatewayBytes + (grants / servers) * costs.gatewayBytesPerGrant,
    gatewayStart: (grants / servers) * costs.gatewaySecondsPerGrant,
    gatewayCores: ofOneServer + ofOneGateway * costs.gatewayCpuPerConsole,
  };
}

/** How much of each is too much, with the words for it. */
export type Limits = Readonly<Partial<Record<keyof Demands, { readonly most: number; readonly words: string }>>>;

/** @returns the demand that exceeds its limit most, in words; undefined where none does */
export function firstBroken(demands: Demands, limits: Limits): string | undefined {
  const shares = Object.entries(limits).map(([name, { most, words }]) => ({
    share: demands[name as keyof Demands] / most,
    words,
  }));
  const [worst] = shares.sort((a, b) => b.share - a.share);
  return worst !== undefined && worst.share > 1 ? worst.words : undefined;
}
