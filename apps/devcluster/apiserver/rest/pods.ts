import { type Call, type Context } from '../context.js';
import { at, copyOf, ensure, fieldsOf, textOf } from '../fields.js';
import { badRequest, conflict } from '../status.js';
import { type Fields } from '../types.js';
import { admitSubresource } from './admitted.js';
import { remove } from './delete.js';
import { get } from './read.js';
import { updateWith } from './update.js';

const BINDING = { group: '', version: 'v1', kind: 'Binding' };
const EVICTION = { group: 'policy', version: 'v1', kind: 'Eviction' };

const created = { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success', code: 201 };

/** POST pods/NAME/binding: puts a pod on a node. */
export async function bindPod(ctx: Context, call: Call): Promise<Fields> {
  const binding = await admitSubresource(ctx, call, BINDING);
  const node = textOf(at(binding, 'target', 'name'));
  if (!node) throw badRequest('target.name is required');
  await updateWith(ctx, { ...call, subresource: '', own: true }, (pod) => {
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
  const { deleteOptions } = await admitSubresource(ctx, call, EVICTION);
  const body = Buffer.from(JSON.stringify(fieldsOf(deleteOptions)));
  await remove(ctx, { ...call, subresource: '', verb: 'delete', body, contentType: '', own: true });
  return created;
}
