import { isIP } from 'node:net';

import { nameFault } from '../names.js';
import { cause } from '../status.js';
import { type Cause, type Strategy } from '../types.js';

/** Checks that many kinds share. Each answers the faults of one value, none where it is not set. */

const RANGE = 'must be between 1 and 65535, inclusive';
const PORT_CHARACTERS = 'must contain only alpha-numeric characters (a-z, 0-9), and hyphens (-)';

export function oneOf(field: string, value: unknown, valid: string[]): Cause[] {
  return value === undefined || valid.includes(value as string) ? [] : [cause.unsupported(field, value, valid)];
}

export function portNumber(field: string, value: unknown): Cause[] {
  const wrong = typeof value === 'number' && (value < 1 || value > 65_535);
  return wrong ? [cause.invalid(field, value, RANGE)] : [];
}

/** An IANA service name, as ports have them. */
export function portName(field: string, value: unknown): Cause[] {
  if (typeof value !== 'string' || value === '') return [];
  const faults: [boolean, string][] = [
    [value.length > 15, 'must be no more than 15 characters'],
    [!/^[-a-z0-9]+$/.test(value), PORT_CHARACTERS],
    [!/[a-z]/.test(value), 'must contain at least one letter (a-z)'],
    [value.includes('--'), 'must not contain consecutive hyphens'],
    [/^-|-$/.test(value), 'must not begin or end with a hyphen'],
  ];
  return faults.flatMap(([wrong, detail]) => (wrong ? [cause.invalid(field, value, detail)] : []));
}

/** A port by number or name. */
export const portReference = (field: string, value: unknown): Cause[] => [
  ...portNumber(field, value),
  ...portName(field, value),
];

export function nonNegative(field: string, value: unknown): Cause[] {
  const wrong = typeof value === 'number' && value < 0;
  return wrong ? [cause.invalid(field, value, 'must be greater than or equal to 0')] : [];
}

export function between(field: string, value: unknown, low: number, high = 2_147_483_647): Cause[] {
  const wrong = typeof value === 'number' && (value < low || value > high);
  return wrong ? [cause.invalid(field, value, `must be between ${low} and ${high}, inclusive`)] : [];
}

export function named(field: string, value: unknown, rule: NonNullable<Strategy['nameRule']>): Cause[] {
  if (typeof value !== 'string' || value === '') return [];
  const fault = nameFault(value, rule);
  return fault ? [cause.invalid(field, value, fault)] : [];
}

export function ipAddress(field: string, value: unknown): Cause[] {
  if (isIP(String(value))) return [];
  return [cause.invalid(field, value, 'must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)')];
}

export const needed = (field: string, value: unknown): Cause[] =>
  value === undefined || value === '' ? [cause.required(field)] : [];
