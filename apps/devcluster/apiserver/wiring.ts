import { Aggregator, foreignGroups, KubeletProxy } from './aggregation/index.js';
import { type Context } from './context.js';
import { type Compile } from './crd/definition.js';
import { type Foreign, type OpenApi, type PodLogs } from './http/parts.js';
import { type PkiFiles, pem } from '../pki/index.js';
import { openapiV2, openapiV3, openapiV3Index } from './openapi/index.js';
import { compileSchema } from './schema/index.js';
import { type Registry } from './registry.js';
import { type Fields } from './types.js';

/** Schemas, documents and other servers, made for this server. */
export interface Connected {
  compile: Compile;
  foreign: Foreign;
  podLogs: PodLogs;
  openapi: OpenApi;
  stop(): void;
}

export function connect({ objects, registry, now }: Context, pki: PkiFiles): Connected {
  const proxyIdentity = { cert: pem(pki.frontProxyCert), key: pem(pki.frontProxyKey) };
  const aggregator = new Aggregator({ objects, identity: () => proxyIdentity, now });
  const kubeletIdentity = { cert: pem(pki.kubeletClientCert), key: pem(pki.kubeletClientKey) };
  const kubelet = new KubeletProxy(objects, () => kubeletIdentity);
  aggregator.start();
  return {
    compile: (schema) => compileSchema(schema),
    foreign: {
      serves: (group, version) => aggregator.serves(group, version),
      handle: (...request) => aggregator.handle(...request),
      upgrade: (...request) => aggregator.upgrade(...request),
      ...foreignGroups(aggregator),
    },
    podLogs: kubelet,
    openapi: documents(registry),
    stop() {
      aggregator.stop();
      kubelet.close();
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
    v2: () => kept('v2', () => openapiV2([...registry.all()])) ?? {},
    index: () => kept('', () => openapiV3Index([...registry.all()])) ?? {},
    v3: (path) => kept(path, () => openapiV3([...registry.all()], path)),
  };
}
