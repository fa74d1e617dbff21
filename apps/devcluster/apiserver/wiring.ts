import { Aggregator, PodLogs } from './aggregation/index.js';
import { type Context } from './context.js';
import { type Compile } from './crd/definition.js';
import { type OpenApi } from './http/parts.js';
import { type PkiFiles, pem } from '../pki/index.js';
import { openapiV3, openapiV3Index } from './openapi/v3.js';
import { compileSchema } from './schema/index.js';
import { type Registry } from './registry.js';
import { type Fields } from './types.js';

/** Schemas, documents and other servers, made for this server. */
export interface Connected {
  compile: Compile;
  foreign: Aggregator;
  podLogs: PodLogs;
  openapi: OpenApi;
  stop(): void;
}

export function connect({ objects, registry }: Context, pki: PkiFiles): Connected {
  const foreign = new Aggregator(objects, { cert: pem(pki.frontProxyCert), key: pem(pki.frontProxyKey) });
  const podLogs = new PodLogs(objects, { cert: pem(pki.kubeletClientCert), key: pem(pki.kubeletClientKey) });
  return {
    compile: (schema) => compileSchema(schema),
    foreign,
    podLogs,
    openapi: documents(registry),
    stop() {
      foreign.close();
      podLogs.close();
    },
  };
}

/** The OpenAPI documents, each made once for every state of the registry. */
function documents(registry: Registry): OpenApi {
  let generation = -1;
  const made = new Map<string, Fields | undefined>();
  const kept = (key: string, make: () => Fields | undefined): Fields | undefined => {
    if (generation !== registry.generation) made.clear();
    generation = registry.generation;
    if (!made.has(key)) made.set(key, make());
    return made.get(key);
  };
  return {
    index: () => kept('', () => openapiV3Index([...registry.all()])) ?? {},
    v3: (path) => kept(path, () => openapiV3([...registry.all()], path)),
  };
}
