import { type API_VERSION, type ObjectMeta } from './meta.js';

/** The record of one console, never a lock. Deleting it cuts the console. */
export interface GateSession {
  apiVersion: typeof API_VERSION;
  kind: 'GateSession';
  metadata: ObjectMeta;
  spec: GateSessionSpec;
  status?: GateSessionStatus;
}

export interface GateSessionSpec {
  /** Name of the GateToken; empty when a signed-in user opened the console with their own rights. */
  token?: string;
  /** User name of the signed-in user, if there is no token. */
  user?: string;
  vm: string;
  /** Namespace of the VM; absent: the record's own. A signed-in user opens consoles of other namespaces too. */
  namespace?: string;
  kind: 'vnc' | 'serial';
  'client-address': string;
  'user-agent'?: string;
  /** Name of the gateway's pod that holds the console. */
  pod: string;
}

export interface GateSessionStatus {
  phase?: 'Active' | 'Ended';
  started?: string;
  ended?: string;
  /** Bytes from the browser to the guest, and back. */
  'bytes-in'?: number;
  'bytes-out'?: number;
  reason?: string;
}
