/**
 * Kubernetes' own types, from the models of @kubernetes/client-node. Types alone, so that the browser may import them;
 * each model from its own file, as the package's index declares all of the client.
 */
import { type V1Condition } from '@kubernetes/client-node/dist/gen/models/V1Condition.js';
import { type V1ObjectMeta } from '@kubernetes/client-node/dist/gen/models/V1ObjectMeta.js';
import { type V1OwnerReference } from '@kubernetes/client-node/dist/gen/models/V1OwnerReference.js';
import { type V1Status } from '@kubernetes/client-node/dist/gen/models/V1Status.js';

/**
 * A model as JSON on the wire, which is what the API server sends and informers hold: times are RFC 3339 strings, and
 * fields have the names that the models must avoid (`_from` is `from`).
 */
export type Wire<T> = T extends Date
  ? string
  : T extends (infer Item)[]
    ? Wire<Item>[]
    : T extends object
      ? { [K in keyof T as K extends `_${infer Name}` ? Name : K]: Wire<T[K]> }
      : T;

export type ObjectMeta = Wire<V1ObjectMeta>;
export type OwnerReference = Wire<V1OwnerReference>;
export type Status = Wire<V1Status>;
export type Condition = Wire<V1Condition> & { status: 'True' | 'False' | 'Unknown' };

/** Any object of the API server. */
export interface KubeObject {
  apiVersion?: string;
  kind?: string;
  metadata: ObjectMeta;
}

/** A model as the API server serves it: `Served<V1Lease>`. */
export type Served<T> = Wire<T> & KubeObject;
