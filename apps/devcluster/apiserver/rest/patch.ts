import { type Call, type Context } from '../context.js';
import { isFields } from '../fields.js';
import { jsonPatch } from '../patch/json.js';
import { mergePatch } from '../patch/merge.js';
import { strategicPatch } from '../patch/strategic.js';
import { badRequest, unsupportedMedia } from '../status.js';
import { type Fields, type KubeObject } from '../types.js';
import { applyObject } from './apply.js';
import { placeIn } from './create.js';
import { asObject, checkName, decodeBody } from './decode.js';
import { mediaType } from './media-type.js';
import { updateWith } from './update.js';

const JSON_PATCH = 'application/json-patch+json';
const MERGE_PATCH = 'application/merge-patch+json';
const STRATEGIC_PATCH = 'application/strategic-merge-patch+json';
export const APPLY_PATCH = 'application/apply-patch+yaml';

/** PATCH of an object or a subresource, by the content type. `created` is set by an apply that made the object. */
export async function patch(ctx: Context, call: Call): Promise<{ object: KubeObject; created: boolean }> {
  const { type, body } = readPatch(call);
  if (type === APPLY_PATCH) return applyObject(ctx, call, body);
  const object = await updateWith(ctx, call, (current) => patched(call, type, current, body));
  return { object, created: false };
}

/**
 * The body of a PATCH and the media type by which it is meant.
 * @throws ApiError 400, 415
 */
export function readPatch(call: Call): { type: string; body: unknown } {
  const type = mediaType(call.contentType);
  const accepted = [JSON_PATCH, MERGE_PATCH, ...(call.def.custom ? [] : [STRATEGIC_PATCH]), APPLY_PATCH];
  if (!accepted.includes(type)) throw unsupportedMedia(accepted);
  return { type, body: decodeBody(call) };
}

/**
 * What a patch comes to, as an object of the call's kind.
 * @throws ApiError 400, 422
 */
export function patched(call: Call, type: string, current: Fields, body: unknown): KubeObject {
  const wanted = asObject(merged(type, current, body), call.def);
  checkName(call, wanted);
  placeIn(call, wanted);
  return wanted;
}

function merged(type: string, current: Fields, body: unknown): unknown {
  if (type === JSON_PATCH) return jsonPatch(current, body);
  if (!isFields(body)) throw badRequest('error decoding patch: it must be an object');
  return type === MERGE_PATCH
    ? mergePatch(structuredClone(current), body)
    : strategicPatch(structuredClone(current), body);
}
