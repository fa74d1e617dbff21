import { type ResourceType } from '#libs/kube';
import { type Manifest } from '../cluster/manifest.js';

/** One object that should exist. */
export interface Wanted {
  type: ResourceType;
  object: Manifest;
  /** Leaves out what belongs to others in the object as it is when it is applied. */
  fit?: (object: Manifest, live: Manifest | undefined) => Manifest;
}
