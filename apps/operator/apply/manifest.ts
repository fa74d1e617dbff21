import { type KubeObject, type ResourceType } from '#libs/kube';

/** An object to be applied: exactly the fields that the operator wants to own. */
export interface Manifest extends KubeObject {
  [field: string]: unknown;
}

/** One thing that should be. */
export interface Wanted {
  type: ResourceType;
  object: Manifest;
}
