import { normal, unknownFields } from '../builtin/normal.js';
import { findModel } from '../builtin/model.js';
import { isObject, type JsonSchema, property } from './json-schema.js';

/**
 * A copy without the fields that a structural schema does not know, and their paths in dots (`spec.foo`), sorted. At
 * the root apiVersion, kind and what any kind has for metadata stay. After apiextensions-apiserver's pruning.
 */
export function prune(value: unknown, schema: JsonSchema): { value: unknown; unknown: string[] } {
  const unknown: string[] = [];
  if (!isObject(value)) return { value, unknown };
  const { apiVersion, kind, metadata, ...rest } = value;
  const pruned = {
    ...(apiVersion === undefined ? {} : { apiVersion }),
    ...(kind === undefined ? {} : { kind }),
    ...(metadata === undefined ? {} : { metadata: pruneMetadata(metadata, unknown) }),
    ...(pruneNode(rest, schema, '', unknown) as object),
  };
  return { value: pruned, unknown: unknown.sort() };
}

/** Metadata is the same in every kind, whatever the schema says. */
function pruneMetadata(value: unknown, unknown: string[]): unknown {
  const model = findModel('V1ObjectMeta');
  if (!model || !isObject(value)) return value;
  unknown.push(...unknownFields(value, model, 'metadata'));
  return normal(value, model);
}

/** Under preserve-unknown-fields everything stays, but what the schema does describe is pruned by its description. */
function pruneNode(value: unknown, schema: JsonSchema | undefined, path: string, unknown: string[]): unknown {
  const open = schema?.['x-kubernetes-preserve-unknown-fields'] === true;
  if (Array.isArray(value)) {
    const items = schema?.items;
    return open && !items ? value : value.map((item, i) => pruneNode(item, items, `${path}[${i}]`, unknown));
  }
  if (!isObject(value)) return value;
  const kept: [string, unknown][] = [];
  for (const [name, item] of Object.entries(value)) {
    const here = path ? `${path}.${name}` : name;
    const sub = schema && (property(schema, name) ?? schema.additionalProperties);
    if (isObject(sub)) kept.push([name, pruneNode(item, sub, here, unknown)]);
    else if (sub === true || open) kept.push([name, item]);
    else unknown.push(here);
  }
  return Object.fromEntries(kept);
}
