import { type Call, type Context } from '../context.js';
import { at, copyOf, ensure, textOf } from '../fields.js';
import { badRequest, conflict } from '../status.js';
import { type Fields } from '../types.js';
import { decodeBody } from './decode.js';
import { updateWith } from './update.js';

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
  return { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success', code: 201 };
}
