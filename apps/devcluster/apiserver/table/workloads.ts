import { at, fieldsOf, numberOf, recordsOf, textOf } from '../fields.js';
import { type KubeObject } from '../types.js';
import { ageColumn, type Column, column, nameColumn, orNone, wide } from './column.js';

const status = (object: KubeObject, field: string): number => numberOf(object.status?.[field]);

const containersText = (object: KubeObject, field: 'name' | 'image'): string =>
  recordsOf(at(object, 'spec', 'template', 'spec', 'containers'))
    .map((container) => textOf(container[field]))
    .join(',');

/** The labels that a selector wants, as kubectl writes them: `a=b,c=d`. */
export const labelsText = (labels: unknown): string =>
  orNone(
    Object.entries(fieldsOf(labels))
      .map(([key, value]) => `${key}=${textOf(value)}`)
      .join(','),
  );

const template: Column[] = [
  wide('Containers', (object) => containersText(object, 'name')),
  wide('Images', (object) => containersText(object, 'image')),
  wide('Selector', (object) => labelsText(at(object, 'spec', 'selector', 'matchLabels'))),
];

export const deploymentColumns: Column[] = [
  nameColumn,
  column('Ready', (object) => `${status(object, 'readyReplicas')}/${numberOf(object.spec?.['replicas'])}`),
  column('Up-to-date', (object) => status(object, 'updatedReplicas'), 'integer'),
  column('Available', (object) => status(object, 'availableReplicas'), 'integer'),
  ageColumn,
  ...template,
];

export const replicaSetColumns: Column[] = [
  nameColumn,
  column('Desired', (object) => numberOf(object.spec?.['replicas']), 'integer'),
  column('Current', (object) => status(object, 'replicas'), 'integer'),
  column('Ready', (object) => status(object, 'readyReplicas'), 'integer'),
  ageColumn,
  ...template,
];

const condition = (object: KubeObject, type: string): Record<string, unknown> | undefined =>
  recordsOf(object.status?.['conditions']).find((item) => item['type'] === type);

function nodeStatus(node: KubeObject): string {
  const found = condition(node, 'Ready');
  return found ? (found['status'] === 'True' ? 'Ready' : 'NotReady') : 'Unknown';
}

export const nodeColumns: Column[] = [
  nameColumn,
  column('Status', nodeStatus),
  column('Roles', () => '<none>'),
  ageColumn,
  column('Version', (node) => textOf(at(node, 'status', 'nodeInfo', 'kubeletVersion'))),
];
