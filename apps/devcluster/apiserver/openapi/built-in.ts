import { modelOf } from '../builtin/fields.js';
import { findModel, type Model, type Type } from '../builtin/model.js';
import { type Fields, type ResourceDef } from '../types.js';
import { META, type Ref, schemaName } from './names.js';
import { canonical, wordsOf } from './words.js';

const API = 'io.k8s.apimachinery.pkg';

/** Structs of the package meta/v1. */
const OF_META = new Set([
  'V1Condition',
  'V1DeleteOptions',
  'V1FieldSelectorRequirement',
  'V1LabelSelector',
  'V1LabelSelectorRequirement',
  'V1ListMeta',
  'V1ManagedFieldsEntry',
  'V1ObjectMeta',
  'V1OwnerReference',
  'V1Preconditions',
  'V1Status',
  'V1StatusCause',
  'V1StatusDetails',
]);

/** What the core group defines and others use. */
const CORE_ROOTS = [
  'V1Pod',
  'V1PodTemplateSpec',
  'V1Service',
  'V1Node',
  'V1ObjectReference',
  'CoreV1Event',
  'V1Secret',
];

let core: Set<string> | undefined;

const isCore = (model: string): boolean => {
  core ??= reachable(CORE_ROOTS.flatMap((root) => findModel(root) ?? []));
  return core.has(model);
};

/** Scalars that have a schema of their own. */
const SCALARS: Record<string, [name: string, schema: Fields]> = {
  quantity: [
    `${API}.api.resource.Quantity`,
    {
      description: 'Quantity is a fixed-point representation of a number.',
      oneOf: [{ type: 'string' }, { type: 'number' }],
    },
  ],
  intOrString: [
    `${API}.util.intstr.IntOrString`,
    {
      description: 'IntOrString is a type that can hold an int32 or a string.',
      format: 'int-or-string',
      oneOf: [{ type: 'integer' }, { type: 'string' }],
    },
  ],
  time: [`${META}.Time`, { description: 'A time in the format of RFC 3339.', type: 'string', format: 'date-time' }],
  microTime: [
    `${META}.MicroTime`,
    { description: 'A time in the format of RFC 3339, in microseconds.', type: 'string', format: 'date-time' },
  ],
};

const INLINE: Record<string, Fields> = {
  text: { type: 'string' },
  bytes: { type: 'string', format: 'byte' },
  int32: { type: 'integer', format: 'int32' },
  int64: { type: 'integer', format: 'int64' },
  number: { type: 'number', format: 'double' },
  bool: { type: 'boolean' },
};

/** The models that some models hold, themselves included. */
function reachable(roots: Model[]): Set<string> {
  const seen = new Set<string>();
  const visit = (model: Model): void => {
    if (seen.has(model.name)) return;
    seen.add(model.name);
    for (const type of model.fields.values()) {
      const inner = modelIn(type);
      const found = inner === undefined ? undefined : findModel(inner);
      if (found) visit(found);
    }
  };
  roots.forEach(visit);
  return seen;
}

function modelIn(type: Type): string | undefined {
  if (type.kind === 'list' || type.kind === 'map') return modelIn(type.of);
  return type.kind === 'model' ? type.model : undefined;
}

/** Writes the schemas of models; `home` is the group version whose kind is described. */
class Writer {
  constructor(
    readonly home: Pick<ResourceDef, 'group' | 'version'>,
    readonly ref: Ref,
  ) {}

  all(roots: Model[]): Record<string, Fields> {
    const models = [...reachable(roots)].map((name) => [this.name(name), this.schema(findModel(name)!)] as const);
    return { ...Object.fromEntries(Object.values(SCALARS)), ...Object.fromEntries(models) };
  }

  name(model: string): string {
    const { goName } = findModel(model)!;
    if (OF_META.has(model)) return `${META}.${goName}`;
    return schemaName(isCore(model) ? { group: '', version: 'v1' } : this.home, goName);
  }

  schema(model: Model): Fields {
    const { description, fields } = wordsOf(model.name);
    const names = [...model.fields.keys()];
    const required = names.filter((name) => fields.get(canonical(name))?.required);
    const properties = names.map((name) => [
      name,
      this.property(model.fields.get(name)!, fields.get(canonical(name))?.description ?? ''),
    ]);
    return {
      ...(description ? { description } : {}),
      type: 'object',
      ...(required.length > 0 ? { required } : {}),
      properties: Object.fromEntries(properties) as Fields,
    };
  }

  property(type: Type, description?: string): Fields {
    const said = description ? { description } : {};
    switch (type.kind) {
      case 'list':
        return { ...said, type: 'array', items: this.property(type.of) };
      case 'map':
        return { ...said, type: 'object', additionalProperties: this.property(type.of) };
      case 'model':
        if (!findModel(type.model)) return { ...said, type: 'object' };
        return this.ref(this.name(type.model), description || wordsOf(type.model).description);
      default: {
        const scalar = SCALARS[type.kind];
        return scalar ? this.ref(scalar[0], description) : { ...said, ...(INLINE[type.kind] ?? {}) };
      }
    }
  }
}

/** The schemas that all kinds stand on: metadata, lists' metadata, Status, DeleteOptions. */
export function metaSchemas(ref: Ref): Record<string, Fields> {
  const roots = ['V1ObjectMeta', 'V1ListMeta', 'V1Status', 'V1DeleteOptions'].flatMap((name) => findModel(name) ?? []);
  return new Writer({ group: '', version: 'v1' }, ref).all(roots);
}

/** The schema of a built-in kind's struct under the kind's name, and all that it points to; undefined where none is known. */
export function builtInSchemas(def: ResourceDef, ref: Ref): Record<string, Fields> | undefined {
  const model = modelOf(def);
  return model && new Writer(def, ref).all([model]);
}
