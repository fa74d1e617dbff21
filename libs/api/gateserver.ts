import { type API_VERSION, type Condition, type ObjectMeta } from './meta.js';

/** One gateway for one namespace. Field names are kebab-case, as in the original system. */
export interface GateServer {
  apiVersion: typeof API_VERSION;
  kind: 'GateServer';
  metadata: ObjectMeta;
  spec: GateServerSpec;
  status?: GateServerStatus;
}

export interface GateServerSpec {
  /** Host name of the gateway: a DNS name with at least three labels. */
  route: string;
  img?: string;
  'api-url'?: string;
  'admin-role'?: 'reader' | 'admin';
  /** Comma-separated resources of the guest account; empty: the KubeVirt kinds, pods, services, events; `*`: all. */
  'admin-resources'?: string;
  'public-urls'?: string[];
  replicas?: number;
  expose?: 'auto' | 'route' | 'ingress' | 'httproute' | 'loadbalancer' | 'nodeport' | 'none';
  'ingress-class'?: string;
  'gateway-ref'?: { name: string; namespace?: string; 'section-name'?: string };
  tls?: { 'secret-name'?: string; 'issuer-ref'?: { name: string; kind?: string; group?: string } };
  'trusted-hops'?: number;
  /** Go durations (`60s`), here and below. */
  'issuer-recheck'?: string;
  'key-rotation'?: string;
  'max-duration'?: string;
  'idle-timeout'?: string;
  'max-consoles'?: number;
  'drain-time'?: string;
  'token-retention'?: string;
  /** False: no usable JWT is kept in the cluster. */
  'store-tokens'?: boolean;
  'accept-unregistered'?: boolean;
  'frame-ancestors'?: string[];
  'web-app'?: string;
  oidc?: {
    'issuer-url': string;
    'client-id': string;
    'client-secret-ref': { name: string; key?: string };
    scopes?: string[];
  };
}

export interface GateServerStatus {
  phase?: 'Ready' | 'Progressing' | 'Error';
  conditions?: Condition[];
  'observed-generation'?: number;
  url?: string;
  /** The host name that it holds. */
  route?: string;
  'secret-name'?: string;
  keys?: { kid: string; created: string; retires?: string }[];
  'ready-replicas'?: number;
}
