import { type Call, type Context } from '../context.js';
import { apiVersionOf, bucketOf } from '../registry.js';
import { notFound } from '../status.js';
import { type FieldRequirement, matchesFields, parseFieldSelector } from '../selectors/fields.js';
import { matchesSelector, parseLabelSelector, type Requirement } from '../selectors/labels.js';
import { type Fields, type KubeObject } from '../types.js';
import { present } from './convert.js';
import { listOptions } from './list-options.js';

export interface Selection {
  labels: Requirement[];
  fields: FieldRequirement[];
}

/** @throws ApiError 400 */
export function selectionOf(call: Call): Selection {
  const named = call.verb === 'watch' && call.name ? [{ path: 'metadata.name', equal: true, value: call.name }] : [];
  return {
    labels: parseLabelSelector(call.query.get('labelSelector') ?? ''),
    fields: [...parseFieldSelector(call.query.get('fieldSelector') ?? '', call.def), ...named],
  };
}

/** Takes the object as it is served. */
export const selects = ({ labels, fields }: Selection, object: KubeObject): boolean =>
  matchesSelector(labels, object.metadata.labels) && matchesFields(fields, object);

/** @throws ApiError 404, 504 */
export function get(ctx: Context, call: Call): KubeObject {
  listOptions(call, ctx.store.revision);
  const stored = ctx.store.get(bucketOf(call.def), call.name, call.namespace);
  if (!stored) throw notFound(call.def, call.name);
  return present(call.def, stored);
}

export interface Listed {
  objects: KubeObject[];
  /** metav1.ListMeta */
  metadata: Fields;
}

/**
 * The objects that the query selects, in the order of namespace and name.
 * @throws ApiError 400, 504
 */
export function list(ctx: Context, call: Call): Listed {
  listOptions(call, ctx.store.revision);
  const selection = selectionOf(call);
  const objects = ctx.store
    .list(bucketOf(call.def), call.namespace)
    .map((stored) => present(call.def, stored))
    .filter((object) => selects(selection, object));
  return { objects, metadata: { resourceVersion: String(ctx.store.revision) } };
}

/** Items of built-in lists do not repeat the kind, those of custom resources do. */
export function asList(call: Call, objects: KubeObject[], metadata: Fields): Fields {
  const { def } = call;
  const items = def.custom ? objects : objects.map(({ apiVersion: _version, kind: _kind, ...rest }) => rest);
  const listMeta = def.custom ? { continue: '', ...metadata } : metadata;
  return { kind: def.listKind, apiVersion: apiVersionOf(def), metadata: listMeta, items };
}
