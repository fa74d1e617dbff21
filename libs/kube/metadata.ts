import { type KubeObject } from './types.js';

/**
 * Accept headers that ask for metadata alone, as client-go's metadata client sends them (metadata/metadata.go of
 * k8s.io/client-go). A server that does not know the first form answers with whole objects.
 */
const accept = (kind: string) => `application/json;as=${kind};g=meta.k8s.io;v=v1,application/json`;
/** Of an object and of a watch. */
export const METADATA = accept('PartialObjectMetadata');
export const METADATA_LIST = accept('PartialObjectMetadataList');

/** The object without anything else, whatever form the server chose. */
export function metadataOf<T extends KubeObject>({ metadata }: T): T {
  return { metadata } as T;
}

/** False for what only claims to be an object of Kubernetes: a proxy in front of the API server may answer anything. */
export function hasMetadata(value: unknown): boolean {
  const { metadata } = (value ?? {}) as { metadata?: unknown };
  return typeof metadata === 'object' && metadata !== null;
}
