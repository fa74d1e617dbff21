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

const pod = (container: Fields): Fields => ({ spec: { containers: [{ name: 'c', image: 'i', ...container }] } });
const template = { metadata: { labels: { a: 'b' } }, ...pod({}) };
const deployment = (spec: Fields): Fields => ({ spec: { selector: { matchLabels: { a: 'b' } }, template, ...spec } });

describe('objects that a person gets wrong', () => {
  it.each<[string, Fields, string]>([
    ['Pod', { spec: { containers: [] } }, 'spec.containers: Required value'],
    ['Pod', pod({ image: '' }), 'spec.containers[0].image: Required value'],
    [
      'Pod',
      pod({ volumeMounts: [{ name: 'v', mountPath: '/a' }] }),
      'spec.containers[0].volumeMounts[0].name: Not found: "v"',
    ],
    [
      'Deployment',
      deployment({ replicas: -1 }),
      'spec.replicas: Invalid value: -1: must be greater than or equal to 0',
    ],
    [
      'Deployment',
      deployment({ selector: { matchLabels: { a: 'c' } } }),
      'spec.template.metadata.labels: Invalid value: {"a":"b"}: `selector` does not match template `labels`',
    ],
    [
      'Service',
      { spec: { ports: [{ port: 70000 }] } },
      'spec.ports[0].port: Invalid value: 70000: must be between 1 and 65535, inclusive',
    ],
    ['Service', { spec: {} }, 'spec.ports: Required value'],
    ['Secret', { data: { 'a/b': '' } }, expect.stringContaining('data[a/b]: Invalid value: "a/b": must')],
    [
      'RoleBinding',
      { roleRef: { kind: 'Thing', name: 'x' } },
      'roleRef.kind: Unsupported value: "Thing": supported values: "Role", "ClusterRole"',
    ],
    [
      'Role',
      { rules: [{ verbs: ['get'], nonResourceURLs: ['/x'] }] },
      'rules[0].nonResourceURLs: Invalid value: ["/x"]: namespaced rules cannot apply to non-resource URLs',
    ],
  ])('%s: %j', (kind, fields, fault) => {
    expect(faults(kind, fields)).toEqual([fault]);
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
