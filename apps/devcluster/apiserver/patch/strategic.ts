import { isFields, listOf, recordsOf, same } from '../fields.js';
import { badRequest } from '../status.js';
import { type Fields } from '../types.js';

/** By which field the items of a list are told apart. `''`: a set of plain values, merged. Other lists are replaced. */
const KEYS: Record<string, string> = {
  containers: 'name',
  initContainers: 'name',
  ephemeralContainers: 'name',
  volumes: 'name',
  env: 'name',
  volumeMounts: 'mountPath',
  volumeDevices: 'devicePath',
  imagePullSecrets: 'name',
  secrets: 'name',
  hostAliases: 'ip',
  conditions: 'type',
  addresses: 'type',
  taints: 'key',
  topologySpreadConstraints: 'topologyKey',
  ownerReferences: 'uid',
  podIPs: 'ip',
  hostIPs: 'ip',
  finalizers: '',
  podCIDRs: '',
};

/** `ports` mean different things: a Service's are told apart by `port`, a container's by `containerPort`. */
function keyOf(field: string, items: unknown[]): string | undefined {
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
    if (key.startsWith(ORDER)) reorder(out, key.slice(ORDER.length), listOf(order));
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
  const key = keyOf(field, [...patch, ...present]);
  if (key === undefined) return patch;
  if (key === '') return [...present, ...patch.filter((item) => !present.includes(item))];
  return mergedByKey(key, present, patch);
}

function mergedByKey(key: string, present: unknown[], patch: unknown[]): unknown[] {
  let out = [...present];
  for (const item of recordsOf(patch)) {
    const id = item[key];
    if (id === undefined) throw badRequest(`map: ${JSON.stringify(item)} does not contain declared merge key: ${key}`);
    const index = out.findIndex((other) => isFields(other) && same(other[key], id));
    if (item[DIRECTIVE] === 'delete') out = out.filter((other) => !(isFields(other) && same(other[key], id)));
    else if (index < 0) out.push(strategicPatch({}, item));
    else out[index] = strategicPatch(out[index] as Fields, item);
  }
  return out;
}

function dropFrom(out: Fields, field: string, values: unknown[]): void {
  if (Array.isArray(out[field])) out[field] = listOf(out[field]).filter((item) => !values.includes(item));
}

/** Items that the patch names stand in its order; the others keep their place relative to them. */
function reorder(out: Fields, field: string, order: unknown[]): void {
  const items = listOf(out[field]);
  const key = keyOf(field, [...order, ...items]);
  if (key === undefined || items.length === 0) return;
  const idOf = (item: unknown): unknown => (key === '' ? item : isFields(item) ? item[key] : undefined);
  const ids = order.map(idOf);
  const rank = (item: unknown): number => ids.findIndex((id) => same(id, idOf(item)));
  const named = items.filter((item) => rank(item) >= 0).sort((a, b) => rank(a) - rank(b));
  out[field] = items.map((item) => (rank(item) >= 0 ? named.shift() : item));
}

function withoutDirectives({ [DIRECTIVE]: _directive, ...rest }: Fields): Fields {
  return rest;
}
