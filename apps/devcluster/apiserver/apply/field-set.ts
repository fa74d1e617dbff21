import { isFields, listOf } from '../fields.js';
import { type Fields } from '../types.js';
import { itemKey, type Node } from './typing.js';

/**
 * Fields as flat paths: the elements of a path (`f:spec`, `k:{"name":"a"}`, `v:1`) joined by NUL. A path stands for the
 * field itself; what lies below it has paths of its own.
 */
export type FieldSet = Set<string>;

const NUL = '\0';

export const elementsOf = (path: string): string[] => path.split(NUL);

const join = (path: string, element: string): string => (path ? `${path}${NUL}${element}` : element);

export const isBelow = (path: string, ancestor: string): boolean => path.startsWith(`${ancestor}${NUL}`);

/** Stands for the value of a field that is owned as such and has fields below it. */
export const MEMBER = Symbol('member');

/** What only the server writes, or what names the object: owned by nobody. */
const UNOWNED = new Set([
  'f:apiVersion',
  'f:kind',
  'f:metadata',
  ...[
    'name',
    'namespace',
    'creationTimestamp',
    'deletionTimestamp',
    'deletionGracePeriodSeconds',
    'selfLink',
    'uid',
    'generation',
    'managedFields',
    'resourceVersion',
  ].map((field) => join('f:metadata', `f:${field}`)),
]);

/** Every field of a value with what it holds. What an applier owns: objects and lists belong to nobody, only what is in them. */
export const leavesOf = (node: Node, value: unknown): Map<string, unknown> => collected(node, value, false);

/** Every field of a value, also the objects and lists around others: what an update adds or removes. */
export const fieldsIn = (node: Node, value: unknown): Map<string, unknown> => collected(node, value, true);

function collected(node: Node, value: unknown, around: boolean): Map<string, unknown> {
  const out = new Map<string, unknown>();
  collect(node, value, '', { out, around });
  for (const path of out.keys()) if (unowned(path)) out.delete(path);
  return out;
}

function unowned(path: string): boolean {
  if (UNOWNED.has(path)) return true;
  return UNOWNED.has(elementsOf(path).slice(0, 2).join(NUL));
}

interface Collection {
  out: Map<string, unknown>;
  around: boolean;
}

function collect(node: Node, value: unknown, path: string, into: Collection): void {
  const { out, around } = into;
  if (node.kind === 'object' && isFields(value) && Object.keys(value).length > 0) {
    if (around && path) out.set(path, MEMBER);
    for (const [name, field] of Object.entries(value)) {
      const here = join(path, `f:${name}`);
      collect(node.field(name), field, here, into);
      if (node.members && !out.has(here)) out.set(here, MEMBER);
    }
  } else if (node.kind === 'set' && Array.isArray(value) && value.length > 0) {
    if (around) out.set(path, MEMBER);
    for (const item of value) out.set(join(path, `v:${JSON.stringify(item)}`), item);
  } else if (node.kind === 'list' && Array.isArray(value) && value.length > 0) {
    if (around) out.set(path, MEMBER);
    for (const item of listOf(value)) {
      const key = itemKey(node, item);
      if (key === undefined) continue;
      const here = join(path, key);
      collect(node.item, item, here, into);
      if (!out.has(here)) out.set(here, MEMBER);
    }
  } else if (path) out.set(path, value);
}

/** FieldsV1 as managedFields holds it. */
export function toFieldsV1(set: Iterable<string>): Fields {
  const root: Fields = {};
  for (const path of [...set].sort()) {
    let here = root;
    for (const element of elementsOf(path)) here = (here[element] ??= {}) as Fields;
    here['.'] = {};
  }
  return withoutLoneDots(root);
}

function withoutLoneDots(node: Fields): Fields {
  const entries = Object.entries(node);
  if (entries.length === 1 && entries[0]?.[0] === '.') return {};
  return Object.fromEntries(entries.map(([key, value]) => [key, key === '.' ? {} : withoutLoneDots(value as Fields)]));
}

export function fromFieldsV1(fields: Fields): FieldSet {
  const out: FieldSet = new Set();
  read(fields, '', out);
  return out;
}

function read(node: Fields, path: string, out: FieldSet): void {
  const keys = Object.keys(node);
  if (path && (keys.length === 0 || keys.includes('.'))) out.add(path);
  for (const [key, value] of Object.entries(node)) {
    if (key !== '.' && isFields(value)) read(value, join(path, key), out);
  }
}

/** `.spec.containers[name="a"].image` */
export function pathText(path: string): string {
  return elementsOf(path)
    .map((element) => {
      const text = element.slice(2);
      if (element.startsWith('f:')) return `.${text}`;
      if (element.startsWith('v:')) return `[=${text}]`;
      const keys = Object.entries(JSON.parse(text) as Fields);
      return `[${keys.map(([key, value]) => `${key}=${JSON.stringify(value)}`).join(',')}]`;
    })
    .join('');
}
