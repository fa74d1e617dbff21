import { isDeepStrictEqual } from 'node:util';
import { type Fields } from './types.js';

/** Reading of untyped JSON: each answers something usable, never throws. */
export const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

export const fieldsOf = (value: unknown): Fields => (isFields(value) ? value : {});

export const listOf = (value: unknown): unknown[] => (Array.isArray(value) ? (value as unknown[]) : []);

/** The records of a list; other items are left out. */
export const recordsOf = (value: unknown): Fields[] => listOf(value).filter(isFields);

export const textOf = (value: unknown): string => (typeof value === 'string' ? value : '');

export const textsOf = (value: unknown): string[] =>
  listOf(value).filter((item): item is string => typeof item === 'string');

export const numberOf = (value: unknown, otherwise = 0): number => (typeof value === 'number' ? value : otherwise);

/** The value at a path of keys, undefined where any step is missing. */
export function at(value: unknown, ...path: string[]): unknown {
  let here = value;
  for (const key of path) {
    if (!isFields(here)) return undefined;
    here = Object.hasOwn(here, key) ? here[key] : undefined;
  }
  return here;
}

/** The record at a key, made where it is missing. */
export function ensure(parent: Fields, key: string): Fields {
  const present = parent[key];
  if (isFields(present)) return present;
  const made: Fields = {};
  parent[key] = made;
  return made;
}

/** Sets a value where the key is missing or null. */
export function setDefault(parent: Fields, key: string, value: unknown): void {
  parent[key] ??= value;
}

/** Sets the key, or removes it where the value is undefined. */
export function setOrRemove(parent: Fields, key: string, value: unknown): void {
  if (value === undefined) delete parent[key];
  else parent[key] = value;
}

export const same = (a: unknown, b: unknown): boolean => isDeepStrictEqual(a, b);

export const copyOf = <T>(value: T): T => structuredClone(value);
