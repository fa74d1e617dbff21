import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** What a field of a built-in kind holds. */
export type Type =
  | { kind: 'text' | 'bytes' | 'int32' | 'int64' | 'number' | 'bool' | 'time' | 'quantity' | 'intOrString' | 'any' }
  | { kind: 'list' | 'map'; of: Type }
  | { kind: 'model'; model: string };

/** A struct of the Kubernetes API. */
export interface Model {
  /** As the client calls it: `V1PodSpec`, `CoreV1Event`. */
  name: string;
  fields: ReadonlyMap<string, Type>;
}

interface Attribute {
  baseName: string;
  type: string;
  format: string;
}

const FOLDER = join(dirname(fileURLToPath(import.meta.resolve('@kubernetes/client-node'))), 'gen/models');

const models = new Map<string, Model | undefined>();

/** Undefined where the client knows no such model. */
export function findModel(name: string): Model | undefined {
  if (!models.has(name)) models.set(name, read(name));
  return models.get(name);
}

function read(name: string): Model | undefined {
  const attributes = attributesOf(name);
  if (!attributes) return undefined;
  const fields = attributes.map((attribute) => [attribute.baseName, typeOf(attribute, name)] as const);
  return { name, fields: new Map(fields) };
}

/**
 * The list that the client generates into each of its models. It is read as text, and only for models that are needed:
 * importing them all would take a second of the server's start.
 */
function attributesOf(name: string): Attribute[] | undefined {
  try {
    const source = readFileSync(join(FOLDER, `${name}.js`), 'utf8');
    const list = /\.attributeTypeMap = (\[[\s\S]*?\n\]);/.exec(source)?.[1];
    return list === undefined ? undefined : (JSON.parse(list) as Attribute[]);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

/** Quantities are texts to the client; the API also takes numbers. */
const QUANTITIES = new Set([
  'V1ResourceRequirements.limits',
  'V1ResourceRequirements.requests',
  'V1EmptyDirVolumeSource.sizeLimit',
  'V1NodeStatus.allocatable',
  'V1NodeStatus.capacity',
]);

function typeOf({ baseName, type, format }: Attribute, model: string): Type {
  const scalar = QUANTITIES.has(`${model}.${baseName}`) ? 'quantity' : format;
  return parsed(type, scalar);
}

const SCALARS: Record<string, Type> = {
  boolean: { kind: 'bool' },
  Date: { kind: 'time' },
  V1MicroTime: { kind: 'time' },
  IntOrString: { kind: 'intOrString' },
};

function parsed(type: string, format: string): Type {
  const list = /^(?:Array|Set)<(.*)>$/.exec(type)?.[1];
  if (list) return { kind: 'list', of: parsed(list, format) };
  const map = /^\{ \[key: string\]: (.*); \}$/.exec(type)?.[1];
  if (map) return { kind: 'map', of: parsed(map, format) };
  if (type === 'number') return { kind: format === 'int32' || format === 'int64' ? format : 'number' };
  if (type === 'string') return { kind: format === 'byte' ? 'bytes' : format === 'quantity' ? 'quantity' : 'text' };
  if (/^[A-Z]\w*V?\d\w*$/.test(type) && !SCALARS[type]) return { kind: 'model', model: type };
  return SCALARS[type] ?? { kind: 'any' };
}
