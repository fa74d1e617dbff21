import { describe, expect, it } from 'vitest';
import { type Fields, type KindFields } from '../types.js';
import { kindFields } from './fields.js';

const GROUPS: Record<string, string> = { Deployment: 'apps', Lease: 'coordination.k8s.io' };
const of = (kind: string): KindFields => kindFields({ group: GROUPS[kind] ?? '', version: 'v1', kind });
const fault = (kind: string, object: Fields): string | undefined => of(kind).fault(object);
const pod = (container: Fields): Fields => ({ spec: { containers: [{ name: 'c', ...container }] } });

describe('objects of built-in kinds', () => {
  it.each([
    ['Secret', { data: { a: 'YQ==', b: '', c: 'YWJj' }, stringData: { a: 'b' } }],
    ['ConfigMap', { data: { a: 'b' } }],
    ['Deployment', { spec: { replicas: 2 } }],
    ['Pod', pod({ resources: { limits: { cpu: 0.5, memory: '1.5Gi' } } })],
    ['Pod', pod({ livenessProbe: { httpGet: { port: 'http' } } })],
    ['Unheard', { spec: 1 }],
  ])('%s fits', (kind, object) => {
    expect(fault(kind, object)).toBeUndefined();
  });

  it.each([
    ['Secret', { data: { a: '%%%' } }, 'data.a: expected base64, got "%%%"'],
    ['Secret', { data: { a: 'YQ' } }, 'data.a: expected base64, got "YQ"'],
    ['Secret', { data: ['a'] }, 'data: expected object, got list'],
    ['ConfigMap', { data: { a: 1 } }, 'data.a: expected string, got 1'],
    ['Deployment', { spec: { replicas: '2' } }, 'spec.replicas: expected int32, got "2"'],
    [
      'Pod',
      pod({ ports: [{ containerPort: '80' }] }),
      'spec.containers[0].ports[0].containerPort: expected int32, got "80"',
    ],
    ['Pod', { spec: 'a' }, 'spec: expected object, got "a"'],
    [
      'Pod',
      { spec: { terminationGracePeriodSeconds: 1.5 } },
      'spec.terminationGracePeriodSeconds: expected int64, got 1.5',
    ],
    [
      'Pod',
      pod({ resources: { limits: { cpu: 'much' } } }),
      'spec.containers[0].resources.limits.cpu: expected quantity, got "much"',
    ],
    ['Lease', { spec: { renewTime: 'x' } }, 'spec.renewTime: expected an RFC 3339 time, got "x"'],
  ])('%s with %j: %s', (kind, object, message) => {
    expect(fault(kind, object)).toBe(message);
  });

  it('have fields, and others that they do not have', () => {
    const object = {
      foo: 1,
      spec: { containers: [{ name: 'a' }, { name: 'b', bar: {} }], nodeSelector: { any: 'b' } },
    };
    expect(of('Pod').unknownFields(object)).toEqual(['foo', 'spec.containers[1].bar']);
    expect(of('Unheard').unknownFields(object)).toEqual([]);
  });

  it('are written as Go writes them', () => {
    const object = { foo: 1, metadata: { labels: {} }, spec: { containers: [], volumes: [], hostNetwork: null } };
    expect(of('Pod').normal(object)).toEqual({ metadata: {}, spec: { containers: [] } });
    expect(of('Pod').normal({ spec: { volumes: [{ name: 'a', emptyDir: {} }] } })).toEqual({
      spec: { volumes: [{ name: 'a', emptyDir: {} }] },
    });
    expect(of('Pod').normal(pod({ resources: { limits: { cpu: 0.5, memory: 3 } } }))).toEqual(
      pod({ resources: { limits: { cpu: '500m', memory: '3' } } }),
    );
  });
});
