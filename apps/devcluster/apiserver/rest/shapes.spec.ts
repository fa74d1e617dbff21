import { describe, expect, it } from 'vitest';
import { type Fields, type ResourceDef } from '../types.js';
import { shapeFault } from './shapes.js';

const fault = (kind: string, object: Fields): string | undefined => shapeFault(object, { kind } as ResourceDef);

describe('objects of built-in kinds', () => {
  it.each([
    ['Secret', { data: { a: 'YQ==', b: '', c: 'YWJj' }, stringData: { a: 'b' } }],
    ['ConfigMap', { data: { a: 'b' } }],
    ['Deployment', { spec: { replicas: 2 } }],
    ['Node', { spec: 1 }],
  ])('%s fits', (kind, object) => {
    expect(fault(kind, object)).toBeUndefined();
  });

  it.each([
    ['Secret', { data: { a: '%%%' } }, 'illegal base64 data at input byte 0'],
    ['Secret', { data: { a: 'YQ' } }, 'illegal base64 data at input byte 2'],
    [
      'Secret',
      { data: ['a'] },
      'json: cannot unmarshal array into Go struct field Secret.data of type map[string][]uint8',
    ],
    [
      'ConfigMap',
      { data: { a: 1 } },
      'json: cannot unmarshal number into Go struct field ConfigMap.data of type string',
    ],
    [
      'ConfigMap',
      { data: { a: true } },
      'json: cannot unmarshal bool into Go struct field ConfigMap.data of type string',
    ],
    [
      'Deployment',
      { spec: { replicas: '2' } },
      'json: cannot unmarshal string into Go struct field Deployment.spec.replicas of type int32',
    ],
  ])('%s with %j does not', (kind, object, message) => {
    expect(fault(kind, object)).toBe(message);
  });
});
