import type * as wire from '#libs/wire';

/**
 * The nouns that the parts of the API server share. Objects in storage are never changed in place: to change
 * one, clone it, change the clone and store that.
 */
export type Fields = Record<string, unknown>;

/** What every stored object has for metadata; strategies and patches go by the names of its fields. */
export type ObjectMeta = Omit<wire.ObjectMeta, 'managedFields'> & {
  name: string;
  uid: string;
  resourceVersion: string;
  creationTimestamp: string;
  managedFields?: ManagedFields[];
  [field: string]: unknown;
};

export interface ManagedFields {
  manager: string;
  operation: 'Apply' | 'Update';
  apiVersion: string;
  time?: string;
  fieldsType: 'FieldsV1';
  fieldsV1: Fields;
  subresource?: string;
}

export interface KubeObject {
  apiVersion: string;
  kind: string;
  metadata: ObjectMeta;
  spec?: Fields;
  status?: Fields;
  [field: string]: unknown;
}

/** One fault of a field, as `details.causes` of a Status holds it. `message` is without the field's name ("Required value: ..."). */
export interface Cause {
  /** `FieldValueInvalid`, `FieldValueRequired`, `FieldValueNotSupported`, `FieldValueForbidden`, `FieldValueTypeInvalid`, ... */
  reason: string;
  message: string;
  /** `spec.urls[0]` */
  field: string;
}

/** A structural schema made ready. Each function leaves its argument untouched and may return it where nothing changes. */
export interface CompiledSchema {
  /** Without the fields that the schema does not know (metadata, apiVersion and kind stay). */
  prune(obj: KubeObject): KubeObject;
  /** With the schema's defaults. */
  default(obj: KubeObject): KubeObject;
  /** Faults of the values, CEL rules included; transition rules where the former object is given. Empty when all is well. */
  validate(obj: KubeObject, old?: KubeObject): Cause[];
  /** Paths that pruning would remove (`spec.foo`), for fieldValidation=Strict. */
  unknownFields?(obj: KubeObject): string[];
}

/** What is known of the fields of a built-in kind. */
export interface KindFields {
  /** The first value that its field cannot hold, and what it should be. */
  fault(object: Fields): string | undefined;
  /** Paths of fields that the kind does not have, in the order of the object. */
  unknownFields(object: Fields): string[];
  /** A copy as Go would write it after reading: without unknown fields, nulls, and empty lists and maps. */
  normal(object: Fields): Fields;
}

/** A column of `kubectl get`, as a CRD writes it. */
export interface PrinterColumn {
  name: string;
  type: string;
  jsonPath: string;
  format?: string;
  description?: string;
  priority?: number;
}

export interface Subresources {
  status?: boolean;
  /** CRDs: the three paths; built-in kinds: `.spec.replicas` and so on too. */
  scale?: { specReplicasPath: string; statusReplicasPath: string; labelSelectorPath?: string };
  /** Others by name (`token`, `log`, `finalize`, `binding`): the kind that a POST or GET speaks, and its verbs. */
  others?: Record<string, { group?: string; version?: string; kind: string; verbs: string[] }>;
}

/** What a kind adds to the general way of create and update. All are optional; `validate` gets the former object on updates. */
export interface Strategy {
  /** May change `obj` in place: it is a private copy. */
  defaults?(obj: KubeObject): void;
  /** The last word before validation (allot addresses, keep fields that only the server writes). May change `obj` in place. */
  prepare?(obj: KubeObject, old: KubeObject | undefined, objects: ObjectAccess): void;
  validate?(obj: KubeObject, old?: KubeObject): Cause[];
  /** Checks the name; default DNS-1123 subdomain. */
  nameRule?: 'subdomain' | 'label' | 'path';
  /** A PUT must name the resourceVersion that it replaces. */
  versionedUpdates?: boolean;
  /** DELETE answers with the object rather than a Status. */
  returnsDeleted?: boolean;
}

/** One served resource: a group, a version, a plural. */
export interface ResourceDef {
  /** Empty for the core group. */
  group: string;
  version: string;
  /** Plural, lower case: `gatetokens`. */
  resource: string;
  kind: string;
  listKind: string;
  singular: string;
  shortNames: string[];
  namespaced: boolean;
  verbs: string[];
  subresources: Subresources;
  categories?: string[];
  /** The version in which objects are stored (same shape in all versions: conversion None). */
  storageVersion: string;
  /** CRDs only. */
  schema?: CompiledSchema;
  /** CRDs only: `spec.versions[].schema.openAPIV3Schema` as written. */
  openAPIV3Schema?: Fields;
  printerColumns?: PrinterColumn[];
  selectableFields?: string[];
  /** Built-in kinds only. */
  strategy?: Strategy;
  /** Built-in kinds only: what their structs know of fields. */
  fields?: KindFields;
  /** Built from a CustomResourceDefinition. */
  custom?: boolean;
}

export interface UserInfo {
  username: string;
  uid?: string;
  groups: string[];
  extra?: Record<string, string[]>;
}

/** Objects as the server itself reads and writes them: no authorization, stored version. */
export interface ObjectAccess {
  get(group: string, resource: string, name: string, namespace?: string): KubeObject | undefined;
  /** All namespaces where none is given. */
  list(group: string, resource: string, namespace?: string): readonly KubeObject[];
  /**
   * Reads, lets `change` edit a private copy, and stores it when it differs. Nothing happens when the object is gone.
   */
  update(
    group: string,
    resource: string,
    name: string,
    namespace: string | undefined,
    change: (obj: KubeObject) => void,
  ): void;
  /** Calls back after every change of that resource. Returns the way to stop. */
  onChange(group: string, resource: string, listener: () => void): () => void;
}
