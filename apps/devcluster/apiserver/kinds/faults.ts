import { cause } from '../status.js';
import { type Cause } from '../types.js';

/** Checks that several kinds share. Each answers the faults of one value. */

export function oneOf(field: string, value: unknown, valid: string[]): Cause[] {
  return value === undefined || valid.includes(value as string) ? [] : [cause.unsupported(field, value, valid)];
}

export function nonNegative(field: string, value: unknown): Cause[] {
  const wrong = typeof value === 'number' && value < 0;
  return wrong ? [cause.invalid(field, value, 'must be greater than or equal to 0')] : [];
}

export const needed = (field: string, value: unknown): Cause[] =>
  value === undefined || value === '' ? [cause.required(field)] : [];

/** A list that must say something. */
export const filled = (field: string, value: unknown): Cause[] =>
  Array.isArray(value) && value.length > 0 ? [] : [cause.required(field)];
