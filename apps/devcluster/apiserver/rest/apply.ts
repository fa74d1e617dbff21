import { type Call, type Context } from '../context.js';
import { isFields } from '../fields.js';
import { mergePatch } from '../patch/merge.js';
import { bucketOf } from '../registry.js';
import { badRequest, notFound } from '../status.js';
import { type KubeObject } from '../types.js';
import { createFrom, placeIn } from './create.js';
import { asObject } from './decode.js';
import { updateWith } from './update.js';

/** Server-side apply: makes the object or merges what the manager wants into it. */
export async function applyObject(
  ctx: Context,
  call: Call,
  body: unknown,
): Promise<{ object: KubeObject; created: boolean }> {
  if (!isFields(body)) throw badRequest('the body of an apply must be an object');
  const wanted = asObject(body, call.def);
  wanted.metadata.name ||= call.name;
  placeIn(call, wanted);
  if (ctx.store.get(bucketOf(call.def), call.name, call.namespace)) {
    const object = await updateWith(ctx, call, (current) => mergePatch(current, wanted) as KubeObject);
    return { object, created: false };
  }
  if (call.subresource) throw notFound(call.def, call.name);
  return { object: await createFrom(ctx, call, wanted), created: true };
}
