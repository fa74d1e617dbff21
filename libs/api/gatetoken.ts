import { type API_VERSION, type Condition, type ObjectMeta } from './meta.js';

/** One grant. Everything in the spec but `revoked` and `description` is immutable. */
export interface GateToken {
  apiVersion: typeof API_VERSION;
  kind: 'GateToken';
  metadata: ObjectMeta;
  spec: GateTokenSpec;
  status?: GateTokenStatus;
}

export interface GateTokenSpec {
  /** 1 to 500 API paths; a trailing `*` matches any suffix. */
  urls?: string[];
  /** Short for the vnc and console subresources of this VM. */
  vm?: string;
  /** RFC 3339. */
  from?: string;
  /** Go duration, positive. */
  duration?: string;
  /** HTTP methods, any case. */
  verbs?: string[];
  'secret-name'?: string;
  'secret-namespace'?: string;
  'secret-file'?: string;
  /** base64url SHA-256 of the code of a link. */
  'link-hash'?: string;
  'single-use'?: boolean;
  'take-over'?: boolean;
  'view-only'?: boolean;
  revoked?: boolean;
  description?: string;
  issuer?: { username: string; uid?: string; groups?: string[]; extra?: Record<string, string[]>; seal?: string };
}

export type GateTokenPhase = 'Ready' | 'Error' | 'Pending' | 'Expired' | 'Revoked';

/** Instants `from`, `until` are RFC 3339; `nbf`, `exp` are seconds since the epoch. */
export interface GateTokenData {
  from: string;
  until: string;
  duration: string;
  nbf: number;
  exp: number;
  verbs: string[];
  urls: string[];
}

export interface GateTokenStatus {
  token?: string;
  data?: GateTokenData;
  phase?: GateTokenPhase;
  conditions?: Condition[];
  link?: string;
  /** Name of the GateServer whose gateway opens for it. */
  'gate-server'?: string;
  'vm-uid'?: string;
  /** User name of who created it; absent unless the seal of `spec.issuer` is good. */
  issuer?: string;
  /** HMAC by which its gateway knows that the operator approved it. */
  approval?: string;
  /** The gateway's part: who redeemed a single-use grant (`by` is the nonce of their cookie). */
  redeemed?: { at: string; by: string };
  live?: number;
  'last-used'?: string;
}
