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
  metadata: { resourceVersion: string; continue?: string; remainingItemCount?: number };
  items: T[];
}

export interface ListOptions {
  labelSelector?: string;
  fieldSelector?: string;
  limit?: number;
  continue?: string;
}

export interface DeleteOptions {
  propagationPolicy?: 'Foreground' | 'Background' | 'Orphan';
  uid?: string;
  resourceVersion?: string;
  gracePeriodSeconds?: number;
}

export type PatchType = 'merge' | 'apply';
