import { isFields } from '../fields.js';

/** One step of a path: `.name`, `[0]` or `[?(@.type=="Ready")]`. */
const STEP = /\.([\w-]+)|\[(\d+)\]|\[\?\(@\.([\w-]+)\s*==\s*["']([^"']*)["']\)\]/y;

/**
 * What the JSONPath of a printer column finds, in the part of the language that columns here use: fields, indexes, and
 * filters by one field.
 * @returns undefined where there is nothing, or where the path says more than that
 */
export function jsonPath(value: unknown, path: string): unknown {
  let here = value;
  STEP.lastIndex = 0;
  for (let end = 0; end < path.length; end = STEP.lastIndex) {
    const step = STEP.exec(path);
    if (!step) return undefined;
    const [, field, index, key = '', wanted] = step;
    if (field !== undefined) here = isFields(here) ? here[field] : undefined;
    else if (!Array.isArray(here)) return undefined;
    else if (index !== undefined) here = here[Number(index)];
    else here = (here as unknown[]).find((item) => isFields(item) && item[key] === wanted);
  }
  return here;
}
