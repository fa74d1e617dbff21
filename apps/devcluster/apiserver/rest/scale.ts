import { kindFields } from '../builtin/fields.js';
import { trackUpdate } from '../apply/track.js';
import { type Call, type Context } from '../context.js';
import { at, copyOf, ensure, fieldsOf, numberOf, textOf } from '../fields.js';
import { cause, invalid, modified } from '../status.js';
import { type Fields, type KubeObject } from '../types.js';
import { placeIn } from './create.js';
import { checkName, decodeObject } from './decode.js';
import { patched, readPatch } from './patch.js';
import { get } from './read.js';
import { updateWith } from './update.js';

const pathOf = (path = ''): string[] => path.split('.').filter(Boolean);

/** autoscaling/v1 Scale of an object. */
function scaleOf(call: Call, object: KubeObject): Fields {
  const paths = call.def.subresources.scale;
  const { name, namespace, uid, resourceVersion, creationTimestamp } = object.metadata;
  const replicas = numberOf(at(object, ...pathOf(paths?.specReplicasPath)));
  const selector = paths?.labelSelectorPath && at(object, ...pathOf(paths.labelSelectorPath));
  const text = call.def.custom ? selector : selectorText(at(object, 'spec', 'selector'));
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

const selectorText = (selector: unknown): string =>
  Object.entries(fieldsOf(at(selector, 'matchLabels')))
    .map(([key, value]) => `${key}=${textOf(value)}`)
    .join(',');

export const readScale = (ctx: Context, call: Call): Fields => scaleOf(call, get(ctx, call));

export async function writeScale(ctx: Context, call: Call): Promise<Fields> {
  const scale = decodeObject(asScale(call));
  checkName(call, scale);
  placeIn(call, scale);
  return setScale(ctx, call, () => scale);
}

/** An apply counts as a merge: there is one field to own. */
export async function patchScale(ctx: Context, call: Call): Promise<Fields> {
  const { type, body } = readPatch(call);
  return setScale(ctx, call, (scale) => patched(asScale(call), type, scale, body));
}

const KIND = { group: 'autoscaling', version: 'v1', kind: 'Scale' };
const FIELDS = kindFields(KIND);

/** The call as one for the Scale itself: a built-in kind, whatever kind it scales. */
function asScale(call: Call): Call {
  const { schema: _schema, ...def } = call.def;
  return { ...call, def: { ...def, ...KIND, custom: false, fields: FIELDS } };
}

async function setScale(ctx: Context, call: Call, wanted: (scale: Fields) => KubeObject): Promise<Fields> {
  const change = (current: KubeObject): KubeObject => {
    const scale = wanted(scaleOf(call, current));
    const version = scale.metadata.resourceVersion;
    if (version && version !== current.metadata.resourceVersion) throw modified(call.def, call.name);
    const replicas = numberOf(at(scale, 'spec', 'replicas'));
    if (replicas < 0) {
      const fault = cause.invalid('spec.replicas', replicas, 'must be greater than or equal to 0');
      throw invalid(KIND, call.name, [fault]);
    }
    const next = copyOf(current);
    const path = pathOf(call.def.subresources.scale?.specReplicasPath);
    const last = path.pop() ?? 'replicas';
    let holder: Fields = next;
    for (const key of path) holder = ensure(holder, key);
    holder[last] = replicas;
    return next;
  };
  // The writer owns the number through the scale, and nothing else.
  const updated = await updateWith(ctx, { ...call, subresource: '' }, change, (old, object) =>
    trackUpdate(call, old, object, ctx.now()),
  );
  return scaleOf(call, updated);
}
