import { type Fields, type ResourceDef } from '../types.js';
import { gvk, META, schemaName } from './names.js';

/** Where schemas stand in a document: `#/components/schemas/` (v3) or `#/definitions/` (v2). */
export type Ref = (name: string, description?: string) => Fields;

const text = (description: string): Fields => ({ description, type: 'string' });
const texts = (description: string): Fields => ({
  description,
  type: 'object',
  additionalProperties: { type: 'string', default: '' },
});

const API_VERSION = text('The version of the schema that this object follows, as group and version.');
const KIND = text('What this object is, in CamelCase. Does not change.');

/** The schemas that the kinds share. */
export function sharedSchemas(ref: Ref): Record<string, Fields> {
  return {
    [`${META}.ObjectMeta`]: objectMeta(ref),
    [`${META}.OwnerReference`]: {
      description: 'An object that this one belongs to and is deleted with.',
      type: 'object',
      required: ['apiVersion', 'kind', 'name', 'uid'],
      properties: {
        apiVersion: text("The owner's API version."),
        kind: text("The owner's kind."),
        name: text("The owner's name."),
        uid: text("The owner's UID."),
        controller: { description: 'Whether the owner manages this object.', type: 'boolean' },
        blockOwnerDeletion: {
          description: 'Whether foreground deletion of the owner waits for this object.',
          type: 'boolean',
        },
      },
    },
    [`${META}.ListMeta`]: {
      description: 'What every list has.',
      type: 'object',
      properties: {
        resourceVersion: text('The state of the server at which the list was made; a watch goes on from it.'),
        continue: text('Set where more is to come: the token that asks for the rest.'),
        remainingItemCount: { description: 'How many items are still to come.', type: 'integer', format: 'int64' },
      },
    },
    [`${META}.Status`]: { description: 'The answer to a request that returns no object.', type: 'object' },
  };
}

function objectMeta(ref: Ref): Fields {
  return {
    description: 'What every stored object has.',
    type: 'object',
    properties: {
      name: text('Unique within the namespace for its kind. Does not change.'),
      generateName: text('A prefix from which the server makes a unique name where none is given.'),
      namespace: text('The namespace within which the name is unique. Does not change.'),
      labels: texts('Keys and values by which objects are selected.'),
      annotations: texts('Keys and values that tools keep with the object.'),
      finalizers: {
        description: 'What must be done before the object can go.',
        type: 'array',
        items: { type: 'string' },
      },
      ownerReferences: {
        description: 'The objects that this one belongs to.',
        type: 'array',
        items: ref(`${META}.OwnerReference`),
      },
      uid: text('Unique in time and space. Set by the server.'),
      resourceVersion: text('The version of this object, for optimistic concurrency. Set by the server.'),
      generation: {
        description: 'Counts the changes of the desired state. Set by the server.',
        type: 'integer',
        format: 'int64',
      },
      creationTimestamp: { ...text('When the object was created. Set by the server.'), format: 'date-time' },
      deletionTimestamp: { ...text('When deletion was asked for. Set by the server.'), format: 'date-time' },
      managedFields: {
        description: 'Which manager set which field. Set by the server.',
        type: 'array',
        items: { type: 'object' },
      },
    },
  };
}

/** A kind's own schema and its list's. */
export function kindSchemas(def: ResourceDef, ref: Ref): Record<string, Fields> {
  const name = schemaName(def, def.kind);
  const list: Fields = {
    description: `A list of ${def.kind}.`,
    type: 'object',
    required: ['items'],
    properties: {
      apiVersion: API_VERSION,
      kind: KIND,
      metadata: ref(`${META}.ListMeta`, 'The version of the list and the way to more of it.'),
      items: { description: 'The objects.', type: 'array', items: ref(name) },
    },
    'x-kubernetes-group-version-kind': [gvk({ ...def, kind: def.listKind })],
  };
  return { [name]: kindSchema(def, ref), [schemaName(def, def.listKind)]: list };
}

function kindSchema(def: ResourceDef, ref: Ref): Fields {
  const own = def.openAPIV3Schema ?? openSchema(def);
  const properties = (own['properties'] ?? {}) as Fields;
  return {
    ...own,
    type: 'object',
    properties: {
      ...properties,
      apiVersion: API_VERSION,
      kind: KIND,
      metadata: ref(`${META}.ObjectMeta`, 'Name, labels and the like.'),
    },
    'x-kubernetes-group-version-kind': [gvk(def)],
  };
}

/** Of built-in kinds only the outline is told. */
function openSchema(def: ResourceDef): Fields {
  const open: Fields = { type: 'object', 'x-kubernetes-preserve-unknown-fields': true };
  return {
    description: `${def.kind} of ${def.group || 'the core group'}.`,
    ...open,
    properties: { spec: open, ...(def.subresources.status ? { status: open } : {}) },
  };
}
