import { type ResourceType } from '#libs/kube';
import { type Manifest } from '../cluster/manifest.js';

/** One object that should exist. */
export interface Wanted {
  type: ResourceType;
  object: Manifest;
}
