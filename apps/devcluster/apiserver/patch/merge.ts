import { isFields } from '../fields.js';
import { type Fields } from '../types.js';

/** JSON merge patch (RFC 7386). Answers a new value; null removes. */
export function mergePatch(target: unknown, patch: unknown): unknown {
  if (!isFields(patch)) return patch;
  const out: Fields = isFields(target) ? { ...target } : {};
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) delete out[key];
    else if (key !== '__proto__') out[key] = mergePatch(out[key], value);
  }
  return out;
}
