import { type Call } from '../context.js';
import { type Included, metadataOf, tableOf } from '../table/index.js';
import { type Fields, type KubeObject } from '../types.js';

/** The shape in which the client wants its answers. */
export interface Representation {
  one: (object: KubeObject) => unknown;
  list: (objects: KubeObject[], plain: Fields) => unknown;
  event: (object: KubeObject) => unknown;
}

const PLAIN: Representation = {
  one: (object) => object,
  list: (_objects, plain) => plain,
  event: (object) => object,
};

const PARTIAL: Representation = {
  one: metadataOf,
  event: metadataOf,
  list: (objects, plain) => ({
    kind: 'PartialObjectMetadataList',
    apiVersion: 'meta.k8s.io/v1',
    metadata: plain['metadata'],
    items: objects.map(metadataOf),
  }),
};

/** By the first entry of Accept that can be given. */
export function representation(call: Call, now: () => Date): Representation {
  for (const choice of call.accept.split(',')) {
    const [type = '', ...parameters] = choice.split(';').map((part) => part.trim());
    if (type !== 'application/json') continue;
    if (!parameters.includes('g=meta.k8s.io') || !parameters.includes('v=v1')) return PLAIN;
    if (parameters.includes('as=Table')) return table(call, now);
    if (parameters.some((part) => part.startsWith('as=PartialObjectMetadata'))) return PARTIAL;
  }
  return PLAIN;
}

function table(call: Call, now: () => Date): Representation {
  const included = (call.query.get('includeObject') || 'Metadata') as Included;
  let headers = true;
  const make = (objects: KubeObject[], resourceVersion: string): Fields =>
    tableOf(call.def, objects, { included, headers, resourceVersion, now: now() });
  return {
    one: (object) => make([object], object.metadata.resourceVersion),
    list: (objects, plain) => ({ ...make(objects, ''), metadata: plain['metadata'] }),
    event(object) {
      const row = make([object], object.metadata.resourceVersion);
      const shown = headers ? row : { ...row, columnDefinitions: null };
      headers = false;
      return shown;
    },
  };
}
