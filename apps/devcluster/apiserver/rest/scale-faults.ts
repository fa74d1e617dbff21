import { at, isFields } from '../fields.js';
import { cause } from '../status.js';
import { type Cause, type KubeObject, type ResourceDef } from '../types.js';

const MAX_INT32 = 2 ** 31 - 1;

/** What a custom object holds where its scale looks for numbers (pkg/registry/customresource/validator.go). */
export function scaleFaults({ subresources: { scale } }: ResourceDef, object: KubeObject): Cause[] {
  if (!scale) return [];
  return [scale.specReplicasPath, scale.statusReplicasPath].flatMap((path) => replicasFaults(path, object));
}

function replicasFaults(path: string, object: KubeObject): Cause[] {
  const value = at(object, ...path.split('.').filter(Boolean));
  if (value === undefined) return [];
  if (typeof value !== 'number' || !Number.isInteger(value)) {
    const found = `${typeof value === 'string' ? value : JSON.stringify(value)} is of the type ${goType(value)}`;
    return [cause.invalid(path, 0, `${path} accessor error: ${found}, expected int64`)];
  }
  if (value < 0) return [cause.invalid(path, value, 'should be a non-negative integer')];
  return value > MAX_INT32 ? [cause.invalid(path, value, `should be less than or equal to ${MAX_INT32}`)] : [];
}

function goType(value: unknown): string {
  if (typeof value === 'number') return 'float64';
  if (typeof value === 'boolean') return 'bool';
  if (isFields(value)) return 'map[string]interface {}';
  return Array.isArray(value) ? '[]interface {}' : typeof value;
}
