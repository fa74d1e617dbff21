import { normal, unknownFields } from '../builtin/normal.js';
import { findModel } from '../builtin/model.js';
import { isObject, type JsonSchema, mapValues, property } from './json-schema.js';

const META = new Set(['apiVersion', 'kind', 'metadata']);

/**
 * A copy without the fields that a structural schema does not know, and their paths in dots (`spec.foo`), sorted. The
 * root counts as a resource: apiVersion, kind and what any kind has for metadata stay. After apiextensions-apiserver's
 * pruning.
 */
export function prune(value: unknown, schema: JsonSchema): { value: unknown; unknown: string[] } {
  const unknown: string[] = [];
  const root = { ...schema, 'x-kubernetes-embedded-resource': true };
  const pruned = pruneNode(value, root, '', unknown);
  return { value: pruned, unknown: unknown.sort() };
}

function pruneNode(value: unknown, schema: JsonSchema | undefined, path: string, unknown: string[]): unknown {
  if (schema?.['x-kubernetes-preserve-unknown-fields']) return preserve(value, schema, path, unknown);
  if (Array.isArray(value)) {
    return value.map((item, i) => pruneNode(item, schema?.items, `${path}[${i}]`, unknown));
  }
  if (!isObject(value)) return value;
  const kept: [string, unknown][] = [];
  for (const [name, item] of Object.entries(value)) {
    const here = path ? `${path}.${name}` : name;
    const sub = schema && (property(schema, name) ?? schema.additionalProperties);
    if (isMeta(schema, name)) kept.push([name, metaOf(name, item, here, unknown)]);
    else if (sub) kept.push([name, pruneNode(item, sub === true ? undefined : sub, here, unknown)]);
    else unknown.push(here);
  }
  return Object.fromEntries(kept);
}

/** Under preserve-unknown-fields everything stays, but what the schema does describe is pruned by its description. */
function preserve(value: unknown, schema: JsonSchema | undefined, path: string, unknown: string[]): unknown {
  if (!schema) return value;
  if (Array.isArray(value)) return value.map((item, i) => preserve(item, schema.items, `${path}[${i}]`, unknown));
  if (!isObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, item]) => {
      const sub = property(schema, name) ?? mapValues(schema);
      const here = path ? `${path}.${name}` : name;
      if (isMeta(schema, name)) return [name, metaOf(name, item, here, unknown)];
      return [name, sub ? pruneNode(item, sub, here, unknown) : item];
    }),
  );
}

const isMeta = (schema: JsonSchema | undefined, name: string): boolean =>
  schema?.['x-kubernetes-embedded-resource'] === true && META.has(name);

/** Metadata is the same in every kind, whatever the schema says. */
function metaOf(name: string, value: unknown, path: string, unknown: string[]): unknown {
  const model = name === 'metadata' ? findModel('V1ObjectMeta') : undefined;
  if (!model || !isObject(value)) return value;
  unknown.push(...unknownFields(value, model, path));
  return normal(value, model);
}
