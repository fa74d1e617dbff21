import { type GateSession } from './gatesession.js';
import { type GateTokenPhase, type GateTokenSpec } from './gatetoken.js';
import { type Condition } from './meta.js';

/** Shapes of the REST API `/api/v1`: what controllers answer and the dashboard reads. Instants are RFC 3339. */

/** GET /session; 401 when nobody is signed in. */
export interface SessionInfo {
  username: string;
  groups: string[];
  /** How she signed in. */
  method: 'token' | 'oidc' | 'openshift' | 'bearer';
  /** When the sign-in ends; absent when only the credential itself decides. */
  until?: string;
  /** Namespace of the gateway: where the dashboard opens. */
  namespace: string;
}

/** GET /namespaces */
export interface NamespaceList {
  items: { name: string; /** true: this namespace has a GateServer, so links can be issued. */ gateserver: boolean }[];
}

export type VmAction = 'start' | 'stop' | 'restart' | 'pause' | 'unpause';

/** A VM joined with its VMI. */
export interface Vm {
  name: string;
  namespace: string;
  uid: string;
  created: string;
  /** printableStatus of KubeVirt: Running, Stopped, Paused, Starting, ... */
  status: string;
  ready: boolean;
  node?: string;
  ips: string[];
  /** Number of virtual CPUs. */
  cpu?: number;
  /** Kubernetes quantity, as written: `64M`. */
  memory?: string;
  os?: string;
  conditions: Condition[];
  /** Consoles that this VM has now: none when it does not run. */
  consoles: { vnc: boolean; serial: boolean };
  /** Who is on them: from GateSessions that are Active. */
  viewers: { session: string; kind: 'vnc' | 'serial'; who: string; since: string }[];
  /** What the signed-in user may do with it. */
  may: { vnc: boolean; serial: boolean; issue: boolean } & Record<VmAction, boolean>;
}

export interface VmList {
  items: Vm[];
}

/** A GateToken as lists and pages show it: never with its token or hash. */
export interface GateTokenView {
  name: string;
  namespace: string;
  uid: string;
  created: string;
  description: string;
  vm?: string;
  urls: string[];
  verbs: string[];
  from?: string;
  until?: string;
  duration: string;
  phase: GateTokenPhase;
  /** The message of the Ready condition when the phase is not Ready. */
  message?: string;
  singleUse: boolean;
  viewOnly: boolean;
  takeOver: boolean;
  redeemed?: string;
  live: number;
  lastUsed?: string;
  issuer?: string;
}

export interface GateTokenViewList {
  items: GateTokenView[];
}

/** POST /namespaces/{ns}/gatetokens: a GateToken's spec without hash and issuer, and optionally a name. */
export type IssueRequest = Omit<GateTokenSpec, 'link-hash' | 'issuer' | 'revoked'> & { name?: string };

/** Its answer: `link` is told this once; with `?token=true` a JWT as `token` instead. */
export interface IssueResponse {
  gatetoken: GateTokenView;
  link?: string;
  token?: string;
}

/** POST .../gatetokens/check */
export interface CheckResponse {
  /** True when she may issue it. */
  allowed: boolean;
  /** What such a grant would allow, a line of plain English each. */
  grants: string[];
  /** Why not: a line each. */
  problems: string[];
}

export interface GateSessionList {
  items: GateSessionView[];
}

export interface GateSessionView {
  name: string;
  namespace: string;
  created: string;
  vm: string;
  /** Namespace of the VM: not always that of the record, which is the gateway's. */
  vmNamespace: string;
  kind: GateSession['spec']['kind'];
  who: string;
  clientAddress: string;
  pod: string;
  phase: 'Active' | 'Ended';
  started?: string;
  ended?: string;
  bytesIn: number;
  bytesOut: number;
  reason?: string;
}

/** One event of GET .../events (server-sent events; the event's name is `change`). */
export type ChangeEvent =
  | { kind: 'vm'; type: 'put'; object: Vm }
  | { kind: 'gatetoken'; type: 'put'; object: GateTokenView }
  | { kind: 'gatesession'; type: 'put'; object: GateSessionView }
  | { kind: 'vm' | 'gatetoken' | 'gatesession'; type: 'delete'; name: string }
  /** A watch began anew: fetch the lists again. */
  | { kind: 'reset'; type: 'reset' };

/** GET /grant?namespace=&vm= : for a guest, of the grant that her cookie holds for this VM. 401 without one. */
export interface GrantInfo {
  namespace: string;
  vm: string;
  until: string;
  /** Consoles that the grant allows. */
  consoles: { vnc: boolean; serial: boolean };
  /** Consoles that the VM's hardware has. */
  has: { vnc: boolean; serial: boolean };
  viewOnly: boolean;
  takeOver: boolean;
  description?: string;
  /** printableStatus of the VM, or `NotFound`. */
  vmStatus: string;
  /** Consoles on which somebody is now. */
  busy: { vnc: boolean; serial: boolean };
}

/** POST /l {code}: what a link is for; {code, redeem: true}: also sets the cookie. */
export interface LinkRequest {
  code: string;
  redeem?: boolean;
}
export interface LinkInfo {
  namespace: string;
  vm?: string;
  urls: string[];
  until: string;
  singleUse: boolean;
  viewOnly: boolean;
  description?: string;
  issuer?: string;
  /** Where to go once redeemed: a path on this host. */
  location: string;
}

/** Close codes of console sockets (contract): the reason text goes with them. */
export const CLOSE = {
  goingAway: 1001,
  upstreamFailed: 1011,
  overloaded: 1013,
  expired: 4001,
  revoked: 4002,
  ended: 4003,
  vmStopped: 4004,
  takenOver: 4005,
  inUse: 4006,
  idle: 4007,
} as const;
