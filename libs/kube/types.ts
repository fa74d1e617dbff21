import { type V1DeleteOptions } from '@kubernetes/client-node/dist/gen/models/V1DeleteOptions.js';
import { type V1ListMeta } from '@kubernetes/client-node/dist/gen/models/V1ListMeta.js';
import { type V1Preconditions } from '@kubernetes/client-node/dist/gen/models/V1Preconditions.js';
import { type Wire } from '#libs/wire';

export type { KubeObject, Served } from '#libs/wire';

/** A resource as the API server serves it: what a path needs. */
export interface ResourceType {
  /** Empty for the core group. */
  readonly group: string;
  readonly version: string;
  /** Plural, lower case: `gatetokens`. */
  readonly resource: string;
  readonly kind: string;
  readonly namespaced: boolean;
}

export interface KubeList<T> {
  metadata: Wire<V1ListMeta> & { resourceVersion: string };
  items: T[];
}

export interface ReadOptions {
  /** Objects come as `{ metadata }`; the API server sends no more where it can (PartialObjectMetadata). */
  metadataOnly?: boolean;
}

export interface ListOptions extends ReadOptions {
  labelSelector?: string;
  fieldSelector?: string;
  limit?: number;
  continue?: string;
}

/** A precondition that does not hold is a 409. */
export type DeleteOptions = Pick<V1DeleteOptions, 'gracePeriodSeconds' | 'propagationPolicy'> & V1Preconditions;

export type PatchType = 'merge' | 'apply';
