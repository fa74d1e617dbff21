import { type KubeObject } from '#libs/kube';

/** An object to be applied: exactly the fields that the operator wants to own. */
export interface Manifest extends KubeObject {
  [field: string]: unknown;
}

/** A Secret; its data are base64. */
export interface SecretObject extends Manifest {
  type?: string;
  data?: Record<string, string>;
}
