import { type KubeObject } from '../types.js';
import { ageOf } from './age.js';

export interface Column {
  name: string;
  type: string;
  format?: string;
  description?: string;
  /** 0: always shown; more: with `-o wide`. */
  priority?: number;
  value: (object: KubeObject, now: Date) => unknown;
}

export const column = (name: string, value: Column['value'], type = 'string'): Column => ({ name, type, value });

export const wide = (name: string, value: Column['value'], type = 'string'): Column => ({
  ...column(name, value, type),
  priority: 1,
});

export const nameColumn: Column = { ...column('Name', ({ metadata }) => metadata.name), format: 'name' };

export const ageColumn = column('Age', ({ metadata }, now) => ageOf(metadata.creationTimestamp, now));

/** `<none>` stands where a list is empty. */
export const orNone = (text: string): string => text || '<none>';
