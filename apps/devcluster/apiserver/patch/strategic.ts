import { isFields, listOf, recordsOf, same } from '../fields.js';
import { badRequest } from '../status.js';
import { type Fields } from '../types.js';

/** The field that identifies the items of a list. `''`: a set of plain values, merged. Other lists are replaced. */
const KEYS: Record<string, string> = {
  containers: 'name',
  initContainers: 'name',
  ephemeralContainers: 'name',
  volumes: 'name',
  env: 'name',
  volumeMounts: 'mountPath',
  imagePullSecrets: 'name',
  secrets: 'name',
  conditions: 'type',
  addresses: 'type',
  topologySpreadConstraints: 'topologyKey',
  ownerReferences: 'uid',
  webhooks: 'name',
  podIPs: 'ip',
  hostIPs: 'ip',
  finalizers: '',
  podCIDRs: '',
};

/** `ports` mean different things: a Service's are identified by `port`, a container's by `containerPort`. */
function mergeKeyOf(field: string, items: unknown[]): string | undefined {
  if (field !== 'ports') return KEYS[field];
  const [first] = recordsOf(items);
  if (!first) return undefined;
  return ['containerPort', 'port'].find((key) => Object.hasOwn(first, key));
}

const DIRECTIVE = '$patch';
const ORDER = '$setElementOrder/';
const DELETE_FROM = '$deleteFromPrimitiveList/';
const RETAIN = '$retainKeys';

/**
 * Strategic merge patch of a built-in kind, directives included ($patch, $retainKeys, $setElementOrder,
 * $deleteFromPrimitiveList). Answers a new value.
 * @throws ApiError 400
 */
export function strategicPatch(target: Fields, patch: Fields): Fields {
  if (patch[DIRECTIVE] === 'replace') return withoutDirectives(patch);
  if (patch[DIRECTIVE] === 'delete') return {};
  if (patch[DIRECTIVE] !== undefined && patch[DIRECTIVE] !== 'merge') {
    throw badRequest(`unknown $patch directive: ${JSON.stringify(patch[DIRECTIVE])}`);
  }
  const out: Fields = { ...target };
  const retained = patch[RETAIN];
  if (Array.isArray(retained)) {
    for (const key of Object.keys(out)) if (!retained.includes(key)) delete out[key];
  }
  for (const [key, value] of Object.entries(patch)) {
    if (key === DIRECTIVE || key === RETAIN || key === '__proto__' || key.startsWith(ORDER)) continue;
    if (key.startsWith(DELETE_FROM)) dropFrom(out, key.slice(DELETE_FROM.length), listOf(value));
    else if (value === null) delete out[key];
    else out[key] = patched(key, out[key], value);
  }
  for (const [key, order] of Object.entries(patch)) {
    if (key.startsWith(ORDER))
      reorder(out, key.slice(ORDER.length), listOf(order), listOf(target[key.slice(ORDER.length)]));
  }
  return out;
}

function patched(key: string, present: unknown, value: unknown): unknown {
  if (isFields(value)) return strategicPatch(isFields(present) ? present : {}, value);
  if (Array.isArray(value)) return patchedList(key, listOf(present), value as unknown[]);
  return value;
}

function patchedList(field: string, present: unknown[], patch: unknown[]): unknown[] {
  const directive = recordsOf(patch).find((item) => item[DIRECTIVE] === 'replace');
  if (directive) return patch.filter((item) => item !== directive);
  const key = mergeKeyOf(field, [...patch, ...present]);
  if (key === undefined) return patch;
  if (key !== '') return mergedByKey(key, present, patch);
  const merged = [...present, ...patch.filter((item) => !present.includes(item))];
  return ordered(merged, patch, present, (item) => item);
}

function mergedByKey(key: string, present: unknown[], patch: unknown[]): unknown[] {
  let out = [...present];
  for (const item of recordsOf(patch)) {
    const id = item[key];
    if (id === undefined) throw badRequest(`${JSON.stringify(item)} does not contain the merge key ${key}`);
    const index = out.findIndex((other) => isFields(other) && same(other[key], id));
    if (item[DIRECTIVE] === 'delete') out = out.filter((other) => !(isFields(other) && same(other[key], id)));
    else if (index < 0) out.push(strategicPatch({}, item));
    else out[index] = strategicPatch(out[index] as Fields, item);
  }
  return ordered(out, patch, present, (item) => (isFields(item) ? item[key] : undefined));
}

function dropFrom(out: Fields, field: string, values: unknown[]): void {
  if (!Array.isArray(out[field])) return;
  out[field] = listOf(out[field]).filter((item) => !values.includes(item));
}

function reorder(out: Fields, field: string, order: unknown[], former: unknown[]): void {
  const items = listOf(out[field]);
  const key = mergeKeyOf(field, [...order, ...items]);
  if (key === undefined || items.length === 0) return;
  out[field] = ordered(items, order, former, (item) => (key === '' ? item : isFields(item) ? item[key] : undefined));
}

/**
 * Items that the patch names stand in its order; each other stands before the first named one that it was in front of
 * (strategicpatch, mergeSortedSlice).
 */
function ordered(items: unknown[], order: unknown[], former: unknown[], idOf: (item: unknown) => unknown): unknown[] {
  const place = (list: unknown[], item: unknown): number => list.findIndex((other) => same(idOf(other), idOf(item)));
  const byPlace = (list: unknown[]) => (a: unknown, b: unknown) => place(list, a) - place(list, b);
  const named = items.filter((item) => place(order, item) >= 0).sort(byPlace(order));
  const others = items.filter((item) => place(order, item) < 0).sort(byPlace(former));
  const out: unknown[] = [];
  while (named.length > 0 && others.length > 0) {
    const [mine, theirs] = [place(former, named[0]), place(former, others[0])];
    out.push(mine >= 0 && theirs >= 0 && theirs < mine ? others.shift() : named.shift());
  }
  return [...out, ...named, ...others];
}

function withoutDirectives({ [DIRECTIVE]: _directive, ...rest }: Fields): Fields {
  return rest;
}
