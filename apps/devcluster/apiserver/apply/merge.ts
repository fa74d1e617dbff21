import { isFields, listOf } from '../fields.js';
import { type Fields } from '../types.js';
import { elementsOf, type FieldSet, isBelow } from './field-set.js';
import { itemKey, type Node } from './typing.js';

/** Puts what an applier wants into the present value. Answers a new value; nulls say nothing. */
export function mergeTyped(node: Node, live: unknown, wanted: unknown): unknown {
  if (wanted === null || wanted === undefined) return live;
  if (node.kind === 'object' && isFields(wanted)) return mergeObject(node, isFields(live) ? live : {}, wanted);
  if (node.kind === 'set' && Array.isArray(wanted)) {
    return mergeOrdered(
      listOf(live),
      listOf(wanted),
      (item) => JSON.stringify(item),
      (_old, item) => item,
    );
  }
  if (node.kind === 'list' && Array.isArray(wanted)) return mergeList(node, listOf(live), wanted);
  return wanted;
}

function mergeObject(node: Extract<Node, { kind: 'object' }>, live: Fields, wanted: Fields): Fields {
  const out: Fields = { ...live };
  for (const [name, value] of Object.entries(wanted)) {
    if (value !== null && name !== '__proto__') out[name] = mergeTyped(node.field(name), live[name], value);
  }
  return out;
}

function mergeList(node: Extract<Node, { kind: 'list' }>, live: unknown[], wanted: unknown[]): unknown[] {
  return mergeOrdered(
    live,
    wanted,
    (item) => itemKey(node, item) ?? JSON.stringify(item),
    (old, item) => mergeTyped(node.item, old, item),
  );
}

/**
 * Merges two lists so that the applier's items come in its order and the others stay where they are relative to those
 * that both have (structured-merge-diff, mergingWalker.visitListItems).
 */
function mergeOrdered(
  live: unknown[],
  wanted: unknown[],
  itemKey: (item: unknown) => string,
  merge: (old: unknown, item: unknown) => unknown,
): unknown[] {
  const old = new Map(live.map((item) => [itemKey(item), item]));
  const fresh = new Map(wanted.map((item) => [itemKey(item), item]));
  const keys = [...fresh.keys()];
  const shared = keys.filter((key) => old.has(key));
  const merged = new Set<string>();
  const out: unknown[] = [];
  const take = (key: string): void => {
    merged.add(key);
    out.push(merge(old.get(key), fresh.get(key)));
    if (shared[0] === key) shared.shift();
  };
  let next = 0;
  for (const item of live) {
    const key = itemKey(item);
    if (merged.has(key)) continue;
    if (!fresh.has(key)) out.push(item);
    else if (shared[0] === key) while (!merged.has(key)) take(keys[next++] ?? key);
  }
  while (next < keys.length) take(keys[next++] ?? '');
  return out;
}

/**
 * Takes fields away that their applier dropped. A field stays while `kept` holds it or something below it. Answers a
 * new value; objects and lists that become empty by it go too.
 */
export function removeFields(node: Node, value: unknown, dropped: FieldSet, kept: FieldSet): unknown {
  let out = value;
  // An item of a list goes before its fields: without them it could not be found any more.
  const order = [...dropped].sort((a, b) => elementsOf(a).length - elementsOf(b).length);
  for (const path of order) {
    if (kept.has(path) || isItemKey(path) || [...kept].some((other) => isBelow(other, path))) continue;
    out = removeAt(node, out, elementsOf(path));
  }
  return out;
}

/** The field that identifies an item stays as long as the item. */
function isItemKey(path: string): boolean {
  const [item = '', field = ''] = elementsOf(path).slice(-2);
  return item.startsWith('k:') && Object.hasOwn(JSON.parse(item.slice(2)) as Fields, field.slice(2));
}

function removeAt(node: Node, value: unknown, [element = '', ...rest]: string[]): unknown {
  if (element.startsWith('f:') && isFields(value)) return removeField(node, value, element.slice(2), rest);
  if (!Array.isArray(value)) return value;
  const items = listOf(value);
  const list = node.kind === 'list' ? node : undefined;
  const index = items.findIndex((item) =>
    element.startsWith('v:') ? `v:${JSON.stringify(item)}` === element : list && itemKey(list, item) === element,
  );
  if (index < 0) return items;
  if (rest.length === 0) return orNothing(items.toSpliced(index, 1));
  return items.with(index, removeAt(list?.item ?? node, items[index], rest) ?? {});
}

function removeField(node: Node, value: Fields, name: string, rest: string[]): unknown {
  if (!Object.hasOwn(value, name)) return value;
  const { [name]: present, ...others } = value;
  const field = node.kind === 'object' ? node.field(name) : node;
  const left = rest.length ? removeAt(field, present, rest) : undefined;
  if (left !== undefined) return { ...value, [name]: left };
  return Object.keys(others).length ? others : undefined;
}

const orNothing = (items: unknown[]): unknown => (items.length ? items : undefined);
