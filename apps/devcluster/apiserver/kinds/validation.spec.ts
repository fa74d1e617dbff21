import { describe, expect, it } from 'vitest';

import { type Fields, type KubeObject } from '../types.js';
import { builtInKinds } from './index.js';

/** Faults of an object as it is after its defaults. */
function faults(kind: string, fields: Fields, old?: Fields): string[] {
  const { strategy } = builtInKinds.find((def) => def.kind === kind)!;
  const object = { kind, metadata: { name: 'x' }, ...structuredClone(fields) } as unknown as KubeObject;
  strategy?.defaults?.(object);
  return (strategy?.validate?.(object, old as KubeObject | undefined) ?? []).map((c) => `${c.field}: ${c.message}`);
}

const pod = (container: Fields, spec: Fields = {}): Fields => ({
  spec: { containers: [{ name: 'c', image: 'i', ...container }], ...spec },
});
const template = { metadata: { labels: { a: 'b' } }, ...pod({}) };
const deployment = (spec: Fields): Fields => ({ spec: { selector: { matchLabels: { a: 'b' } }, template, ...spec } });

describe('objects that a person gets wrong', () => {
  it.each<[string, Fields, string]>([
    ['Pod', { spec: { containers: [] } }, 'spec.containers: Required value'],
    ['Pod', pod({ image: '' }), 'spec.containers[0].image: Required value'],
    [
      'Pod',
      pod({ imagePullPolicy: 'x' }),
      'spec.containers[0].imagePullPolicy: Unsupported value: "x": supported values: "Always", "IfNotPresent", "Never"',
    ],
    [
      'Pod',
      pod({ volumeMounts: [{ name: 'v', mountPath: '/a' }] }),
      'spec.containers[0].volumeMounts[0].name: Not found: "v"',
    ],
    [
      'Pod',
      pod({ resources: { limits: { cpu: '500m' }, requests: { cpu: '2' } } }),
      'spec.containers[0].resources.requests: Invalid value: "2": must be less than or equal to cpu limit of 500m',
    ],
    [
      'Pod',
      pod({ livenessProbe: {} }),
      'spec.containers[0].livenessProbe: Required value: must specify a handler type',
    ],
    ['Pod', pod({}, { volumes: [{ name: 'a', secret: {} }] }), 'spec.volumes[0].secret.secretName: Required value'],
    [
      'Deployment',
      deployment({ replicas: -1 }),
      'spec.replicas: Invalid value: -1: must be greater than or equal to 0',
    ],
    [
      'Deployment',
      deployment({ strategy: { type: 'Recreate', rollingUpdate: {} } }),
      "spec.strategy.rollingUpdate: Forbidden: may not be specified when strategy `type` is 'Recreate'",
    ],
    [
      'Service',
      { spec: { ports: [{ port: 80, targetPort: 70000 }] } },
      'spec.ports[0].targetPort: Invalid value: 70000: must be between 1 and 65535, inclusive',
    ],
    ['Service', { spec: { type: 'ExternalName' } }, 'spec.externalName: Required value'],
    ['Secret', { type: 'kubernetes.io/dockercfg' }, 'data[.dockercfg]: Required value'],
    [
      'Lease',
      { spec: { leaseDurationSeconds: 0 } },
      'spec.leaseDurationSeconds: Invalid value: 0: must be greater than 0',
    ],
    [
      'Role',
      { rules: [{ verbs: ['get'], nonResourceURLs: ['/x'] }] },
      'rules[0].nonResourceURLs: Invalid value: ["/x"]: namespaced rules cannot apply to non-resource URLs',
    ],
  ])('%s: %j', (kind, fields, fault) => {
    expect(faults(kind, fields)).toEqual([fault]);
  });

  const MIB = 1024 * 1024;
  const base64 = (bytes: number): string => Buffer.alloc(bytes).toString('base64');

  it.each<[string, Fields, string[]]>([
    ['Secret', { data: { a: base64(MIB) } }, []],
    ['Secret', { data: { a: base64(MIB), b: 'YQ==' } }, ['data: Too long: may not be more than 1048576 bytes']],
    ['ConfigMap', { binaryData: { a: base64(MIB - 2) }, data: { b: '\u00e9' } }, []],
    [
      'ConfigMap',
      { data: { a: '\u00e9'.repeat(MIB / 2), b: '!' } },
      [': Too long: may not be more than 1048576 bytes'],
    ],
  ])('%s holds a mebibyte of decoded data', (kind, fields, expected) => {
    expect(faults(kind, fields)).toEqual(expected);
  });

  it('keep the role of a binding', () => {
    const ref = (name: string): Fields => ({
      roleRef: { kind: 'Role', name, apiGroup: 'rbac.authorization.k8s.io' },
    });
    expect(faults('RoleBinding', ref('a'), ref('b'))).toEqual([
      'roleRef: Invalid value: {"APIGroup":"rbac.authorization.k8s.io","Kind":"Role","Name":"a"}: field is immutable',
    ]);
  });
});

describe('what Kubernetes adds to a pod', () => {
  it('asks for what is limited, and puts ports of the host network on the node', () => {
    const { strategy } = builtInKinds.find((def) => def.kind === 'Pod')!;
    const object = pod({ ports: [{ containerPort: 80 }], resources: { limits: { cpu: '1' } } }, { hostNetwork: true });
    strategy?.defaults?.(object as unknown as KubeObject);
    expect(object).toMatchObject({
      spec: { containers: [{ ports: [{ hostPort: 80 }], resources: { requests: { cpu: '1' } } }] },
    });
  });
});
