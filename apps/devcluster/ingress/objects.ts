import { type KubeObject } from '#libs/kube';

export interface ServiceBackend {
  name: string;
  port?: { number?: number; name?: string };
}

export interface Ingress extends KubeObject {
  spec?: {
    tls?: { hosts?: string[]; secretName?: string }[];
    defaultBackend?: { service?: ServiceBackend };
    rules?: {
      host?: string;
      http?: { paths?: { path?: string; pathType?: string; backend: { service?: ServiceBackend } }[] };
    }[];
  };
}

export interface Service extends KubeObject {
  spec?: {
    selector?: Record<string, string>;
    ports?: { name?: string; port: number; targetPort?: number | string }[];
  };
}

export interface Pod extends KubeObject {
  spec?: { containers?: { ports?: { name?: string; containerPort: number }[] }[] };
  status?: { conditions?: { type: string; status: string }[] };
}

export interface Secret extends KubeObject {
  data?: Record<string, string>;
}
