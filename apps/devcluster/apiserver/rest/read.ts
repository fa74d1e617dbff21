import { type Call, type Context } from '../context.js';
import { apiVersionOf, bucketOf } from '../registry.js';
import { badRequest, notFound } from '../status.js';
import { type FieldRequirement, matchesFields, parseFieldSelector } from '../selectors/fields.js';
import { matchesSelector, parseLabelSelector, type Requirement } from '../selectors/labels.js';
import { type Fields, type KubeObject } from '../types.js';
import { present } from './convert.js';

export interface Selection {
  labels: Requirement[];
  fields: FieldRequirement[];
}

/** @throws ApiError 400 */
export function selectionOf(call: Call): Selection {
  return {
    labels: parseLabelSelector(call.query.get('labelSelector') ?? ''),
    fields: parseFieldSelector(call.query.get('fieldSelector') ?? '', call.def),
  };
}

/** Takes the object as it is served. */
export const selects = ({ labels, fields }: Selection, object: KubeObject): boolean =>
  matchesSelector(labels, object.metadata.labels) && matchesFields(fields, object);

export function get(ctx: Context, call: Call): KubeObject {
  const stored = ctx.store.get(bucketOf(call.def), call.name, call.namespace);
  if (!stored) throw notFound(call.def, call.name);
  return present(call.def, stored);
}

/** The objects that the query selects, in the order of namespace and name. */
export function select(ctx: Context, call: Call): KubeObject[] {
  const selection = selectionOf(call);
  return ctx.store
    .list(bucketOf(call.def), call.namespace)
    .map((stored) => present(call.def, stored))
    .filter((object) => selects(selection, object));
}

export function list(ctx: Context, call: Call): Fields {
  const version = call.query.get('resourceVersion') ?? '';
  if (version && !/^\d+$/.test(version)) throw badRequest(`invalid resource version "${version}"`);
  return asList(call, select(ctx, call), String(ctx.store.revision));
}

/** Items of built-in lists do not repeat the kind, those of custom resources do. */
export function asList(call: Call, objects: KubeObject[], resourceVersion: string): Fields {
  const { def } = call;
  const items = def.custom ? objects : objects.map(({ apiVersion: _version, kind: _kind, ...rest }) => rest);
  return { kind: def.listKind, apiVersion: apiVersionOf(def), metadata: { resourceVersion }, items };
}
