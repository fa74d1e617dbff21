import { type Cause } from '../types.js';

/** Stands for a value that the message does not repeat. */
export const OMITTED = Symbol('omitted');

/** A path as Kubernetes prints it; the root itself is `<nil>`. */
export const fieldName = (path: string): string => path || '<nil>';

export const child = (path: string, name: string): string => (path ? `${path}.${name}` : name);
export const index = (path: string, i: number): string => `${path}[${i}]`;
export const key = (path: string, name: string): string => `${path}[${name}]`;

function body(kind: string, value: unknown, detail: string): string {
  const text = value === OMITTED ? kind : `${kind}: ${JSON.stringify(value)}`;
  return detail ? `${text}: ${detail}` : text;
}

const cause = (reason: string, message: string, path: string): Cause => ({ reason, message, field: fieldName(path) });

/** The kinds of fault that k8s.io/apimachinery/pkg/util/validation/field knows, in its words. */
export const invalid = (path: string, value: unknown, detail: string): Cause =>
  cause('FieldValueInvalid', body('Invalid value', value, detail), path);

export const typeInvalid = (path: string, value: unknown, detail: string): Cause =>
  cause('FieldValueTypeInvalid', body('Invalid value', value, detail), path);

export const required = (path: string, detail = ''): Cause =>
  cause('FieldValueRequired', body('Required value', OMITTED, detail), path);

export const forbidden = (path: string, detail: string): Cause =>
  cause('FieldValueForbidden', body('Forbidden', OMITTED, detail), path);

export const duplicate = (path: string, value: unknown): Cause =>
  cause('FieldValueDuplicate', body('Duplicate value', value, ''), path);

export const notSupported = (path: string, value: unknown, supported: string[]): Cause =>
  cause(
    'FieldValueNotSupported',
    body(
      'Unsupported value',
      value,
      supported.length ? `supported values: ${supported.map((v) => JSON.stringify(v)).join(', ')}` : '',
    ),
    path,
  );

export const tooLong = (path: string, max: number): Cause =>
  cause('FieldValueTooLong', `Too long: may not be more than ${max} ${max === 1 ? 'byte' : 'bytes'}`, path);

export const tooMany = (path: string, actual: number, max: number): Cause =>
  cause('FieldValueTooMany', `Too many: ${actual}: must have at most ${max} ${max === 1 ? 'item' : 'items'}`, path);

const BLOCKING = new Set([
  'FieldValueNotSupported',
  'FieldValueRequired',
  'FieldValueTooLong',
  'FieldValueTooMany',
  'FieldValueTypeInvalid',
]);

/** What is said instead of running the CEL rules when a value does not even fit its type; undefined when they may run. */
export function rulesNotRun(causes: Cause[]): Cause | undefined {
  if (!causes.some((c) => BLOCKING.has(c.reason))) return undefined;
  return invalid(
    '',
    null,
    'some validation rules were not checked because the object was invalid; correct the existing errors to complete validation',
  );
}
