import { type ResourceType } from '#libs/kube';
import { type Manifest } from '../cluster/manifest.js';

/** One object that should exist. */
export interface Wanted {
  type: ResourceType;
  object: Manifest;
  /** Version that `object` was made from: a write over any other is refused (409). */
  basedOn?: string;
  /** Leaves out what belongs to others in the object as it is when it is applied. */
  fit?: (object: Manifest, live: Manifest | undefined) => Manifest;
}
