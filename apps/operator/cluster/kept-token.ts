import { isDeepStrictEqual } from 'node:util';
import { type GateToken } from '#libs/api';
import { type WrittenBy, writersOf } from '../ops/written-by.js';

/**
 * What is kept of a GateToken: of its managed fields those that say who revoked it, no annotations (kubectl's
 * last-applied-configuration repeats the spec), and its URLs once, though the status has them too.
 */
export function keptToken(token: GateToken): GateToken {
  const { annotations: _, ...metadata } = token.metadata;
  const { spec, status } = token;
  const managedFields = writersOf(token).map(slim);
  const data = status?.data;
  const isRepeated = data !== undefined && isDeepStrictEqual(data.urls, spec.urls);
  return {
    ...token,
    metadata: { ...metadata, ...(managedFields.length > 0 && { managedFields }) },
    ...(isRepeated && { status: { ...status, data: { ...data, urls: spec.urls ?? [] } } }),
  };
}

function slim({ manager, subresource, fieldsV1 = {} }: WrittenBy): WrittenBy {
  const { 'f:spec': spec, 'f:status': status } = fieldsV1;
  return {
    ...(manager !== undefined && { manager }),
    ...(subresource !== undefined && { subresource }),
    fieldsV1: {
      ...(spec?.['f:revoked'] !== undefined && { 'f:spec': { 'f:revoked': {} } }),
      ...(status?.['f:phase'] !== undefined && { 'f:status': { 'f:phase': {} } }),
    },
  };
}
