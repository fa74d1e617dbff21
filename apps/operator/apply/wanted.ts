import { type ResourceType } from '#libs/kube';
import { type Manifest } from '../cluster/manifest.js';

/** The stored object that a wanted one was made from. A write to another, or where there is none now, is refused (409). */
export interface BasedOn {
  uid: string;
  /** Absent where a later version of the same object may be written over, too. */
  resourceVersion?: string;
}

/** One object that should exist. */
export interface Wanted {
  type: ResourceType;
  object: Manifest;
  basedOn?: BasedOn;
  /** Leaves out what belongs to others in the object as it is when it is applied. */
  fit?: (object: Manifest, live: Manifest | undefined) => Manifest;
}
