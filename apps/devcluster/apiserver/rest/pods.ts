import { type Call, type Context } from '../context.js';
import { at, copyOf, ensure, fieldsOf, isFields, textOf } from '../fields.js';
import { badRequest, conflict } from '../status.js';
import { type Fields } from '../types.js';
import { decodeBody } from './decode.js';
import { remove } from './delete.js';
import { get } from './read.js';
import { updateWith } from './update.js';

const created = { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success', code: 201 };

/** POST pods/NAME/binding: puts a pod on a node. */
export async function bindPod(ctx: Context, call: Call): Promise<Fields> {
  const node = textOf(at(decodeBody(call), 'target', 'name'));
  if (!node) throw badRequest('target.name is required');
  await updateWith(ctx, { ...call, subresource: '' }, (pod) => {
    const present = pod.spec?.['nodeName'];
    if (present)
      throw conflict(call.def, call.name, `pod ${call.name} is already assigned to node "${textOf(present)}"`);
    const next = copyOf(pod);
    ensure(next, 'spec')['nodeName'] = node;
    return next;
  });
  return created;
}

/** POST pods/NAME/eviction: deletes a pod. */
export async function evictPod(ctx: Context, call: Call): Promise<Fields> {
  get(ctx, call);
  const body = decodeBody(call);
  const options = fieldsOf(isFields(body) ? body['deleteOptions'] : undefined);
  const deletion: Call = { ...call, subresource: '', verb: 'delete', body: Buffer.from(JSON.stringify(options)) };
  await remove(ctx, deletion);
  return created;
}
