import {
  type V1Ingress,
  type V1IngressServiceBackend,
  type V1Pod,
  type V1Secret,
  type V1Service,
} from '@kubernetes/client-node';
import { type Served } from '#libs/kube';

export type Ingress = Served<V1Ingress>;
export type ServiceBackend = V1IngressServiceBackend;
export type Service = Served<V1Service>;
export type Pod = Served<V1Pod>;
export type Secret = Served<V1Secret>;
