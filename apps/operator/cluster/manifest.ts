import { type V1Pod, type V1Secret } from '@kubernetes/client-node';
import { type KubeObject, type Served } from '#libs/kube';

/** An object to be applied: exactly the fields that the operator wants to own. */
export interface Manifest extends KubeObject {
  [field: string]: unknown;
}

/** A Secret; its data are base64. */
export type SecretObject = Manifest & Served<V1Secret>;

/** A Pod's metadata and status. */
export type PodObject = KubeObject & Pick<Served<V1Pod>, 'status'>;
