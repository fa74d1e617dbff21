import { type Call, type Context } from '../context.js';
import { apiVersionOf, bucketOf } from '../registry.js';
import { ApiError, badRequest, expired, notFound } from '../status.js';
import { type FieldRequirement, matchesFields, parseFieldSelector } from '../selectors/fields.js';
import { matchesSelector, parseLabelSelector, type Requirement } from '../selectors/labels.js';
import { keyOf } from '../storage/store.js';
import { type Fields, type KubeObject } from '../types.js';
import { continueExpired, decodeContinue, encodeContinue, type Position } from './continue.js';
import { present } from './convert.js';
import { type ListOptions, listOptions, tooLarge, versionFault } from './list-options.js';

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

export function get(ctx: Context, call: Call): KubeObject {
  const version = call.query.get('resourceVersion');
  if (version) checkVersion(version, ctx.store.revision);
  const stored = ctx.store.get(bucketOf(call.def), call.name, call.namespace);
  if (!stored) throw notFound(call.def, call.name);
  return present(call.def, stored);
}

/** @throws ApiError 500 for what is no version, 504 for one that is still to come */
export function checkVersion(version: string, revision: number): void {
  const fault = versionFault(version);
  if (fault) throw new ApiError(500, '', fault);
  if (Number(version) > revision) throw tooLarge(version, revision);
}

/** The objects that the query selects, in the order of namespace and name. */
function select(ctx: Context, call: Call): KubeObject[] {
  const selection = selectionOf(call);
  return ctx.store
    .list(bucketOf(call.def), call.namespace)
    .map((stored) => present(call.def, stored))
    .filter((object) => selects(selection, object));
}

export interface Page {
  objects: KubeObject[];
  /** metav1.ListMeta */
  metadata: Fields;
}

/**
 * A list, or the part of it that the query asks for: all parts of one list show one state.
 * @throws ApiError 400, 410 (that state is gone), 422, 504
 */
export function list(ctx: Context, call: Call): Page {
  const options = listOptions(call, false);
  const position = positionOf(options, ctx.store.revision);
  const revision = position.revision > 0 ? position.revision : ctx.store.revision;
  if (!options.limit && !options.continue && revision === ctx.store.revision) {
    return { objects: select(ctx, call), metadata: { resourceVersion: String(revision) } };
  }
  const stored = ctx.store.listAt(bucketOf(call.def), revision, call.namespace);
  if (stored) return cut(call, stored, options.limit, { ...position, revision });
  if (options.continue) throw continueExpired(position);
  throw expired('The resourceVersion for the provided list is too old.');
}

/** From where on, and of when. */
function positionOf({ version, match, limit, ...options }: ListOptions, current: number): Position {
  if (options.continue) {
    const position = decodeContinue(options.continue);
    if (version && version !== '0') throw badRequest('specifying resource version is not allowed when using continue');
    return position;
  }
  const fault = versionFault(version);
  if (fault) throw badRequest(`invalid resource version: ${fault}`);
  if (Number(version) > current) throw tooLarge(version, current);
  // A limit without a match has meant exactly that version before there were matches.
  const exact = match === 'Exact' || (match === '' && limit > 0 && Number(version) > 0);
  return { revision: exact ? Number(version) : -1, start: '' };
}

function cut(call: Call, stored: KubeObject[], limit: number, { revision, start }: Position): Page {
  const selection = selectionOf(call);
  const everything = selection.labels.length + selection.fields.length === 0;
  const keyed = stored.map((object) => ({ object, key: listKey(call, object) })).filter(({ key }) => key >= start);
  const size = limit > 0 ? limit : keyed.length;
  const objects: KubeObject[] = [];
  let seen = 0;
  for (const { object } of keyed) {
    if (objects.length === size) break;
    seen += 1;
    const shown = present(call.def, object);
    if (selects(selection, shown)) objects.push(shown);
  }
  const last = keyed[seen - 1];
  const metadata: Fields = { resourceVersion: String(revision) };
  if (seen < keyed.length && last) {
    metadata['continue'] = encodeContinue({ revision, start: `${last.key}\0` });
    if (everything) metadata['remainingItemCount'] = keyed.length - seen;
  }
  return { objects, metadata };
}

/** Within one namespace the name is enough. */
const listKey = ({ namespace, def }: Call, { metadata }: KubeObject): string =>
  def.namespaced && namespace === undefined ? keyOf(metadata.name, metadata.namespace) : metadata.name;

/** Items of built-in lists do not repeat the kind, those of custom resources do. */
export function asList(call: Call, objects: KubeObject[], metadata: Fields): Fields {
  const { def } = call;
  const items = def.custom ? objects : objects.map(({ apiVersion: _version, kind: _kind, ...rest }) => rest);
  const listMeta = def.custom ? { continue: '', ...metadata } : metadata;
  return { kind: def.listKind, apiVersion: apiVersionOf(def), metadata: listMeta, items };
}
