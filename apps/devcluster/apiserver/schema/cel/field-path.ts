import { child, key } from '../cause.js';
import { type JsonSchema, mapValues, property } from '../json-schema.js';

const STEP = /\.([^.[\]]+)|\['((?:[^'\\]|\\.)*)'\]/y;

/** `.spec['a-b']` -> `spec.a-b` (a map's key stays in brackets); undefined when it names no field of the schema. */
export function normalizeFieldPath(path: string, schema: JsonSchema): string | undefined {
  let at: JsonSchema | undefined = schema;
  let result = '';
  STEP.lastIndex = 0;
  while (STEP.lastIndex < path.length) {
    const step = STEP.exec(path);
    if (!step || !at) return undefined;
    const name = step[1] ?? step[2]!.replace(/\\(.)/g, '$1');
    if (at.properties) {
      at = property(at, name);
      result = child(result, name);
    } else {
      at = mapValues(at);
      result = key(result, name);
    }
    if (!at) return undefined;
  }
  return result;
}
