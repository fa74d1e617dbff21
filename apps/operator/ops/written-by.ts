import { type KubeObject } from '#libs/kube';

/** Which client wrote which fields, as far as the audit log tells of it. */
export interface WrittenBy {
  readonly manager?: string;
  readonly subresource?: string;
  readonly fieldsV1?: { 'f:spec'?: Record<string, unknown>; 'f:status'?: Record<string, unknown> };
}

/** @returns who wrote which fields of an object, in the order of the API server */
export function writersOf({ metadata }: KubeObject): readonly WrittenBy[] {
  return (metadata as { managedFields?: readonly WrittenBy[] }).managedFields ?? [];
}
