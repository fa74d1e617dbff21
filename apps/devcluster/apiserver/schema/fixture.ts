import { type KubeObject } from '../types.js';
import { compileSchema, SchemaError } from './index.js';

const VALIDATIONS = 'x-kubernetes-validations';

/** A resource whose spec has these properties. */
export const schemaOf = (spec: Record<string, unknown>, more: Record<string, unknown> = {}): unknown => ({
  type: 'object',
  properties: { spec: { type: 'object', properties: spec, ...more } },
});

export const objectOf = (spec: unknown): KubeObject => ({
  apiVersion: 'g/v1',
  kind: 'K',
  metadata: { name: 'n', uid: '', resourceVersion: '', creationTimestamp: '' },
  spec: spec as Record<string, unknown>,
});

/** What a Status would say, one line a cause. */
export function faults(schema: unknown, spec: unknown, old?: unknown): string[] {
  const compiled = compileSchema(schema);
  return compiled
    .validate(objectOf(spec), old === undefined ? undefined : objectOf(old))
    .map((cause) => `${cause.field}: ${cause.message}`);
}

export function refusal(schema: unknown): string {
  try {
    compileSchema(schema);
  } catch (error) {
    if (error instanceof SchemaError) return error.message;
    throw error;
  }
  return '';
}

export const rule = (text: string, more: Record<string, unknown> = {}): Record<string, unknown> => ({
  [VALIDATIONS]: [{ rule: text, ...more }],
});

export const PROPERTIES = {
  a: { type: 'string' },
  'b-c': { type: 'string' },
  namespace: { type: 'string' },
  n: { type: 'integer' },
  t: { type: 'string', format: 'date-time' },
  p: { 'x-kubernetes-int-or-string': true },
  u: { type: 'array', items: { type: 'string' } },
  set: { type: 'array', 'x-kubernetes-list-type': 'set', items: { type: 'string' } },
  m: { type: 'object', additionalProperties: { type: 'object', properties: { v: { type: 'integer' } } } },
};
