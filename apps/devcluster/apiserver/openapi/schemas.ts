import { type Fields, type ResourceDef } from '../types.js';
import { builtInSchemas } from './built-in.js';
import { gvk, META, type Ref, schemaName } from './names.js';
import { wordsOf } from './words.js';

const words = (field: string): string => wordsOf('V1Pod').fields.get(field)?.description ?? '';

/** What the documentation says of these in every kind. */
const said = (field: string): Fields => ({ description: words(field), type: 'string' });

/** Per reference style: what was written for a kind stays true as long as the kind is. */
const kept = new Map<Ref, WeakMap<ResourceDef, Record<string, Fields>>>();

/** A kind's own schema, what it points to, and its list's. */
export function kindSchemas(def: ResourceDef, ref: Ref): Record<string, Fields> {
  let schemas = kept.get(ref);
  if (!schemas) kept.set(ref, (schemas = new WeakMap()));
  let own = schemas.get(def);
  if (!own) schemas.set(def, (own = write(def, ref)));
  return own;
}

function write(def: ResourceDef, ref: Ref): Record<string, Fields> {
  const name = schemaName(def, def.kind);
  const builtIn = def.custom ? undefined : builtInSchemas(def, ref);
  const own = { ...(builtIn?.[name] ?? kindSchema(def, ref)), 'x-kubernetes-group-version-kind': [gvk(def)] };
  const list: Fields = {
    description: `${def.listKind} is a list of ${def.kind}`,
    type: 'object',
    required: ['items'],
    properties: {
      apiVersion: said('apiVersion'),
      kind: said('kind'),
      metadata: ref(`${META}.ListMeta`, words('metadata').replace('object', 'list')),
      items: { description: `List of ${def.resource}.`, type: 'array', items: ref(name) },
    },
    'x-kubernetes-group-version-kind': [gvk({ ...def, kind: def.listKind })],
  };
  return { ...builtIn, [name]: own, ...(def.listKind ? { [schemaName(def, def.listKind)]: list } : {}) };
}

function kindSchema(def: ResourceDef, ref: Ref): Fields {
  const own = def.openAPIV3Schema ?? {};
  return {
    ...own,
    type: 'object',
    properties: {
      ...((own['properties'] ?? {}) as Fields),
      apiVersion: said('apiVersion'),
      kind: said('kind'),
      metadata: ref(`${META}.ObjectMeta`, words('metadata')),
    },
  };
}
