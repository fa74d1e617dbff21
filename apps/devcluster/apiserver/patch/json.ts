import { applyPatch, type Operation } from 'rfc6902';
import { copyOf, isFields } from '../fields.js';
import { ApiError, badRequest } from '../status.js';
import { type Fields } from '../types.js';

/**
 * JSON patch (RFC 6902). Answers a new value.
 * @throws ApiError 400 for a malformed patch, 422 for one that does not fit
 */
export function jsonPatch(target: Fields, patch: unknown): unknown {
  if (!Array.isArray(patch) || !patch.every(isFields)) {
    throw badRequest('error decoding patch: it must be a list of operations');
  }
  const out = copyOf(target);
  if (fits(out, patch as unknown as Operation[])) return out;
  throw new ApiError(422, 'Invalid', 'the JSON patch does not fit the object');
}

/** Changes `target`. A malformed pointer (`a` for `/a`) makes the library throw. */
function fits(target: Fields, patch: Operation[]): boolean {
  try {
    return applyPatch(target, patch).every((error) => error === null);
  } catch {
    return false;
  }
}
