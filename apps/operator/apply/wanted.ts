import { type ResourceType } from '#libs/kube';
import { type Manifest } from '../cluster/manifest.js';

/** One thing that should be. */
export interface Wanted {
  type: ResourceType;
  object: Manifest;
}
