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
      'json: cannot unmarshal string into Go struct field DeploymentSpec.spec.replicas of type int32',
    ],
    [
      'Pod',
      pod({ ports: [{ containerPort: '80' }] }),
      'json: cannot unmarshal string into Go struct field ContainerPort.spec.containers.ports.containerPort of type int32',
    ],
    ['Pod', { spec: 'a' }, 'json: cannot unmarshal string into Go struct field Pod.spec of type v1.PodSpec'],
    [
      'Pod',
      pod({ imagePullPolicy: 5 }),
      'json: cannot unmarshal number into Go struct field Container.spec.containers.imagePullPolicy of type v1.PullPolicy',
    ],
    [
      'Pod',
      { spec: { terminationGracePeriodSeconds: 1.5 } },
      'json: cannot unmarshal number 1.5 into Go struct field PodSpec.spec.terminationGracePeriodSeconds of type int64',
    ],
    [
      'Lease',
      { spec: { renewTime: 'x' } },
      'parsing time "x" as "2006-01-02T15:04:05.000000Z07:00": cannot parse "x" as "2006"',
    ],
  ])('%s with %j does not', (kind, object, message) => {
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
