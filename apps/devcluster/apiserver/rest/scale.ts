import { type Call, type Context } from '../context.js';
import { at, copyOf, ensure, fieldsOf, isFields, numberOf, textOf } from '../fields.js';
import { jsonPatch } from '../patch/json.js';
import { mergePatch } from '../patch/merge.js';
import { cause, invalid, modified } from '../status.js';
import { type Fields, type KubeObject } from '../types.js';
import { admitted } from './admitted.js';
import { decodeBody } from './decode.js';
import { mediaType } from './media-type.js';
import { get } from './read.js';
import { updateWith } from './update.js';

const pathOf = (path = ''): string[] => path.split('.').filter(Boolean);

/** autoscaling/v1 Scale of an object. */
export function scaleOf(call: Call, object: KubeObject): Fields {
  const paths = call.def.subresources.scale;
  const { name, namespace, uid, resourceVersion, creationTimestamp } = object.metadata;
  const selector = at(object, 'spec', 'selector');
  const replicas = numberOf(at(object, ...pathOf(paths?.specReplicasPath)));
  const text = call.def.custom ? selectorAt(object, paths?.labelSelectorPath) : selectorText(selector);
  return {
    kind: 'Scale',
    apiVersion: 'autoscaling/v1',
    metadata: { name, namespace, uid, resourceVersion, creationTimestamp },
    spec: replicas ? { replicas } : {},
    status: {
      replicas: numberOf(at(object, ...pathOf(paths?.statusReplicasPath))),
      ...(text ? { selector: text } : {}),
    },
  };
}

const selectorAt = (object: KubeObject, path?: string): unknown => (path ? at(object, ...pathOf(path)) : undefined);

const selectorText = (selector: unknown): string =>
  Object.entries(fieldsOf(at(selector, 'matchLabels')))
    .map(([key, value]) => `${key}=${textOf(value)}`)
    .join(',');

export const readScale = (ctx: Context, call: Call): Fields => scaleOf(call, get(ctx, call));

export async function writeScale(ctx: Context, call: Call): Promise<Fields> {
  return setScale(ctx, call, () => decodeBody(call));
}

export async function patchScale(ctx: Context, call: Call): Promise<Fields> {
  const patch = decodeBody(call);
  const json = mediaType(call.contentType) === 'application/json-patch+json';
  return setScale(ctx, call, (scale) => (json ? jsonPatch(scale, patch) : mergePatch(scale, patch)));
}

async function setScale(ctx: Context, call: Call, wanted: (scale: Fields) => unknown): Promise<Fields> {
  const main: Call = { ...call, subresource: '', query: new URLSearchParams(call.query), own: true };
  const object = await updateWith(ctx, main, async (current) => {
    const scale = wanted(scaleOf(call, current));
    const version = at(scale, 'metadata', 'resourceVersion');
    if (version && version !== current.metadata.resourceVersion) throw modified(call.def, call.name);
    await admitScale(ctx, call, current, scale);
    const replicas = numberOf(at(isFields(scale) ? scale : {}, 'spec', 'replicas'));
    if (replicas < 0) {
      const fault = cause.invalid('spec.replicas', replicas, 'must be greater than or equal to 0');
      throw invalid({ group: 'autoscaling', kind: 'Scale' }, call.name, [fault]);
    }
    const next = copyOf(current);
    const path = pathOf(call.def.subresources.scale?.specReplicasPath);
    const last = path.pop() ?? 'replicas';
    let holder: Fields = next;
    for (const key of path) holder = ensure(holder, key);
    holder[last] = replicas;
    return next;
  });
  return scaleOf(call, object);
}

const KIND = { group: 'autoscaling', version: 'v1', kind: 'Scale' };

/** Admission judges the Scale, not the object that it changes. May change `scale` in place. */
async function admitScale(ctx: Context, call: Call, current: KubeObject, scale: unknown): Promise<void> {
  const object = fieldsOf(scale) as KubeObject;
  const old = scaleOf(call, current) as KubeObject;
  const request = { ...admitted(call, 'UPDATE'), kind: KIND, name: call.name, old, object };
  await ctx.admission.mutate(request);
  await ctx.admission.validate(request);
}
