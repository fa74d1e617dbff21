import { applyPatch, type Operation } from 'rfc6902';
import { copyOf, isFields } from '../fields.js';
import { ApiError, badRequest } from '../status.js';
import { type Fields } from '../types.js';

const MAX_OPERATIONS = 10_000;

/**
 * JSON patch (RFC 6902). Answers a new value.
 * @throws ApiError 400 for what is no patch, 422 for one that does not fit
 */
export function jsonPatch(target: Fields, patch: unknown): unknown {
  if (!Array.isArray(patch) || !patch.every(isFields)) {
    throw badRequest(
      'error decoding patch: json: cannot unmarshal object into Go value of type []handlers.jsonPatchOp',
    );
  }
  if (patch.length > MAX_OPERATIONS) {
    throw new ApiError(
      413,
      'RequestEntityTooLarge',
      `The allowed maximum operations in a JSON patch is ${MAX_OPERATIONS}, got ${patch.length}`,
    );
  }
  const out = copyOf(target);
  if (fits(out, patch as unknown as Operation[])) return out;
  // Kubernetes says no more than this of a patch that does not fit.
  throw new ApiError(422, 'Invalid', 'the server rejected our request due to an error in our request', {});
}

/** Changes `target`. A pointer that is none (`a` for `/a`) makes the library throw. */
function fits(target: Fields, patch: Operation[]): boolean {
  try {
    return applyPatch(target, patch).every((error) => error === null);
  } catch {
    return false;
  }
}
