import { parse, type ParseResult } from '@marcbachmann/cel-js';
import { Ajv } from 'ajv';
import addFormats from 'ajv-formats';
import { crds } from '../index.js';
import { type Schema, type Validation } from '../schema.js';

export type Kind = 'GateServer' | 'GateToken' | 'GateSession';
type Node = Partial<Schema>;

const ajv = new Ajv({ strict: false, allErrors: true });
(addFormats as unknown as (to: Ajv) => void)(ajv);
const schemas = new Map(
  crds.map((crd) => {
    const schema = crd.spec.versions[0]?.schema.openAPIV3Schema as Node;
    return [crd.spec.names.kind as Kind, { schema, validate: ajv.compile(schema) }];
  }),
);

function compiled(kind: Kind) {
  const found = schemas.get(kind);
  if (!found) throw new Error(`No CustomResourceDefinition defines ${kind}.`);
  return found;
}

/** The schema of a kind: of the whole object. */
export const schemaOf = (kind: Kind): Node => compiled(kind).schema;

/** What Kubernetes escapes in the names of fields. */
const celName = (name: string) => name.replaceAll('-', '__dash__');
function celValue(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(celValue);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, of]) => [celName(name), celValue(of)]));
}

const rules = new Map<string, ParseResult>();

/** Whether a rule holds. To read its text takes longer than to evaluate it, and property tests ask thousands of times. */
function holds(rule: string, variables: Record<string, unknown>): boolean {
  const parsed = rules.get(rule) ?? parse(rule);
  rules.set(rule, parsed);
  return parsed(variables) === true;
}

/** Messages of the rules that are broken; rules about changes are asked only where there was an object before. */
function broken(node: Node, value: unknown, old?: unknown): string[] {
  const found = (node['x-kubernetes-validations'] ?? []).filter(({ rule }: Validation) =>
    rule.includes('oldSelf')
      ? old !== undefined && !holds(rule, { self: celValue(value), oldSelf: celValue(old) })
      : !holds(rule, { self: celValue(value) }),
  );
  const messages = found.map(({ message }) => message);
  if (Array.isArray(value)) return [...messages, ...value.flatMap((item) => broken(node.items ?? {}, item))];
  if (typeof value !== 'object' || value === null) return messages;
  const before = old as Record<string, unknown> | undefined;
  return [
    ...messages,
    ...Object.entries(value).flatMap(([name, of]) => broken(node.properties?.[name] ?? {}, of, before?.[name])),
  ];
}

/** As the API server: the schema first, its rules only where the schema holds. @returns a message for each fault */
export function refusalsOfObject(kind: Kind, object: object, old?: object): string[] {
  const { schema, validate } = compiled(kind);
  if (!validate(object))
    return (validate.errors ?? []).map((e) => `${e.instancePath.slice(1).replaceAll('/', '.')} ${e.message}`);
  return broken(schema, object, old);
}

/** As refusalsOfObject, of an object with this spec. */
export function refusalsOf(kind: Kind, spec: unknown, old?: unknown): string[] {
  const metadata = { name: 'x' };
  return refusalsOfObject(kind, { metadata, spec }, old === undefined ? undefined : { metadata, spec: old });
}
