import { type Context } from './context.js';
import { type Compile } from './crd/definition.js';
import { type Foreign, type OpenApi, type PodLogs } from './http/parts.js';
import { ApiError } from './status.js';
import { type PkiFiles } from './types.js';

/** Schemas, documents and other servers, made for this server. */
export interface Connected {
  compile: Compile;
  foreign: Foreign;
  podLogs: PodLogs;
  openapi: OpenApi;
  stop(): void;
}

export function connect(_ctx: Context, _pki: PkiFiles): Connected {
  const unavailable = (): never => {
    throw new ApiError(503, 'ServiceUnavailable', 'service unavailable');
  };
  return {
    compile: () => ({ prune: (obj) => obj, default: (obj) => obj, validate: () => [] }),
    foreign: {
      handles: () => false,
      proxy: unavailable,
      upgrade: unavailable,
      groups: () => [],
      aggregated: () => [],
    },
    podLogs: { logs: unavailable },
    openapi: { v2: () => ({}), index: () => ({ paths: {} }), v3: () => undefined },
    stop: () => undefined,
  };
}
