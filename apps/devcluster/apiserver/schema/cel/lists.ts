import { type Environment } from '@marcbachmann/cel-js';

import { celEqual } from './equal.js';
import { CelFault } from './errors.js';

type Items = unknown[] | Set<unknown>;
type Ordered = bigint | number | string | boolean | Date;

const less = (a: unknown, b: unknown): boolean => (a as Ordered) < (b as Ordered);

function best(items: Items, better: (a: unknown, b: unknown) => boolean, name: string): unknown {
  const list = [...items];
  if (list.length === 0) throw new CelFault(`${name} called on empty list`);
  return list.reduce((chosen, item) => (better(item, chosen) ? item : chosen));
}

/** A list of doubles sums to a double; an empty one to the integer 0. */
function sum(items: Items): unknown {
  const list = [...items] as (bigint | number)[];
  if (list.every((item) => typeof item === 'bigint')) return list.reduce((a, b) => a + b, 0n);
  return list.reduce<number>((a, b) => a + Number(b), 0);
}

function isSorted(items: Items): boolean {
  const list = [...items];
  return list.every((item, i) => i === 0 || !less(item, list[i - 1]));
}

const has = (items: Items, wanted: unknown): boolean => [...items].some((item) => celEqual(item, wanted));

/** The namespace of `sets.contains(a, b)` and its kin. */
class Sets {}

/** Kubernetes' functions on lists, and cel-go's on lists as sets. */
export function registerLists(env: Environment): void {
  const add = (signature: string, handler: (...args: never[]) => unknown): unknown =>
    env.registerFunction(signature, handler, { async: false });
  add('list.isSorted(): bool', isSorted);
  add('list.sum(): dyn', sum);
  add('list.min(): dyn', (items: Items) => best(items, less, 'min'));
  add('list.max(): dyn', (items: Items) => best(items, (a, b) => less(b, a), 'max'));
  add('list.indexOf(dyn): int', (items: Items, wanted: unknown) =>
    BigInt([...items].findIndex((item) => celEqual(item, wanted))),
  );
  add('list.lastIndexOf(dyn): int', (items: Items, wanted: unknown) =>
    BigInt([...items].findLastIndex((item) => celEqual(item, wanted))),
  );
  add('list.kubeJoin(): string', (items: Items) => [...items].join(''));
  add('list.kubeJoin(string): string', (items: Items, separator: string) => [...items].join(separator));
  add('list.distinct(): list<dyn>', (items: Items) =>
    [...items].filter((item, i, all) => all.findIndex((other) => celEqual(other, item)) === i),
  );
  env.registerType('Sets', Sets).registerConstant('sets', 'Sets', new Sets());
  add('Sets.contains(list, list): bool', (_s: Sets, all: Items, some: Items) => [...some].every((i) => has(all, i)));
  add('Sets.intersects(list, list): bool', (_s: Sets, a: Items, b: Items) => [...b].some((i) => has(a, i)));
  add(
    'Sets.equivalent(list, list): bool',
    (_s: Sets, a: Items, b: Items) => [...a].every((i) => has(b, i)) && [...b].every((i) => has(a, i)),
  );
}

/** The library's join does not take sets. */
export const LIST_NAMES: [string, string][] = [['join', 'kubeJoin']];
