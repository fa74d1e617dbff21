import { type Environment } from '@marcbachmann/cel-js';

import { isObject, type JsonSchema, mapValues } from '../json-schema.js';
import { escapeName } from './escape.js';
import { celEqual } from './equal.js';

/** How a schema's values look to CEL: the type's name, and the way from JSON. */
export interface Declared {
  type: string;
  convert(value: unknown): unknown;
}

const asIs = (value: unknown): unknown => value;

const TIME: Declared = { type: 'google.protobuf.Timestamp', convert: (v) => new Date(String(v)) };
const SCALARS: Record<string, Declared> = {
  boolean: { type: 'bool', convert: asIs },
  number: { type: 'double', convert: asIs },
  // The library's integers are BigInt; other numbers never get here (values are checked first).
  integer: { type: 'int', convert: (v) => (Number.isInteger(v) ? BigInt(v as number) : v) },
  string: { type: 'string', convert: asIs },
};

const scalar = ({ type = '', format }: JsonSchema): Declared | undefined =>
  type === 'string' && format === 'date-time' ? TIME : SCALARS[type];

const STRING: JsonSchema = { type: 'string' };
const META: Record<string, JsonSchema> = {
  apiVersion: STRING,
  kind: STRING,
  metadata: { type: 'object', properties: { name: STRING, generateName: STRING } },
};

/** Gives each object schema a type of its own in one environment, so that rules are checked against the fields there are. */
export class Declarations {
  private readonly known = new Map<JsonSchema, Declared | undefined>();
  private count = 0;

  constructor(private readonly env: Environment) {}

  /**
   * @param root a resource's root: apiVersion, kind and the names in metadata can be read there
   * @returns undefined where Kubernetes hides the value from CEL (no type, no items)
   */
  declare(schema: JsonSchema, root = false): Declared | undefined {
    if (!this.known.has(schema)) this.known.set(schema, this.make(schema, root));
    return this.known.get(schema);
  }

  private make(schema: JsonSchema, root: boolean): Declared | undefined {
    const made = this.bare(schema, root);
    if (!made || !schema.nullable) return made;
    return { type: 'dyn', convert: (value) => (value === null ? null : made.convert(value)) };
  }

  private bare(schema: JsonSchema, root: boolean): Declared | undefined {
    if (schema['x-kubernetes-int-or-string']) return { type: 'dyn', convert: intOrString };
    if (schema.type === 'array') return this.list(schema);
    if (schema.type !== 'object') return scalar(schema);
    const values = mapValues(schema);
    return values ? this.map(values) : this.object(schema, root);
  }

  private list(schema: JsonSchema): Declared | undefined {
    const items = schema.items && this.declare(schema.items);
    if (!items) return undefined;
    const convert = (value: unknown): unknown => (Array.isArray(value) ? value.map((item) => items.convert(item)) : []);
    return { type: `list<${items.type}>`, convert };
  }

  private map(values: JsonSchema): Declared | undefined {
    const value = this.declare(values);
    if (!value) return undefined;
    const convert = (map: unknown): unknown =>
      new Map(isObject(map) ? Object.entries(map).map(([k, v]) => [k, value.convert(v)]) : []);
    return { type: `map<string, ${value.type}>`, convert };
  }

  private object(schema: JsonSchema, root: boolean): Declared {
    const type = `Kube${this.count++}`;
    const fields = new Map<string, { name: string; declared: Declared }>();
    for (const [name, sub] of Object.entries({ ...schema.properties, ...(root ? META : {}) })) {
      const declared = this.declare(sub);
      const escaped = escapeName(name);
      if (declared && escaped) fields.set(name, { name: escaped, declared });
    }
    const ctor = class {};
    const types = Object.fromEntries([...fields.values()].map((f) => [f.name, f.declared.type]));
    this.env.registerType(type, { ctor, fields: types });
    this.env.registerOperator(`${type} == ${type}`, celEqual);
    return { type, convert: (value) => toObject(value, ctor, fields) };
  }
}

function toObject(
  value: unknown,
  ctor: new () => object,
  fields: Map<string, { name: string; declared: Declared }>,
): unknown {
  const made = new ctor();
  if (!isObject(value)) return made;
  for (const [name, item] of Object.entries(value)) {
    const field = fields.get(name);
    if (field) Object.defineProperty(made, field.name, { value: field.declared.convert(item), enumerable: true });
  }
  return made;
}

const intOrString = (value: unknown): unknown =>
  typeof value === 'number' && Number.isInteger(value) ? BigInt(value) : value;
