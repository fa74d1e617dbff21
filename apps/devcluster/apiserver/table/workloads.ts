import { at, fieldsOf, numberOf, recordsOf, textOf } from '../fields.js';
import { type KubeObject } from '../types.js';
import { ageColumn, type Column, column, nameColumn, orNone, wide } from './column.js';

const status = (object: KubeObject, field: string): number => numberOf(object.status?.[field]);

const containers = (object: KubeObject): Record<string, unknown>[] =>
  recordsOf(at(object, 'spec', 'template', 'spec', 'containers'));

/** The labels that a selector wants, as kubectl writes them: `a=b,c=d`. */
export const labelsText = (labels: unknown): string =>
  orNone(
    Object.entries(fieldsOf(labels))
      .map(([key, value]) => `${key}=${textOf(value)}`)
      .join(','),
  );

const template: Column[] = [
  wide('Containers', (object) =>
    containers(object)
      .map(({ name }) => textOf(name))
      .join(','),
  ),
  wide('Images', (object) =>
    containers(object)
      .map(({ image }) => textOf(image))
      .join(','),
  ),
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
  const word = found ? (found['status'] === 'True' ? 'Ready' : 'NotReady') : 'Unknown';
  return node.spec?.['unschedulable'] === true ? `${word},SchedulingDisabled` : word;
}

export const nodeColumns: Column[] = [
  nameColumn,
  column('Status', nodeStatus),
  column('Roles', () => '<none>'),
  ageColumn,
  column('Version', (node) => textOf(at(node, 'status', 'nodeInfo', 'kubeletVersion'))),
];

/** Items of a list as kubectl shortens it: three, then how many more. */
export function shortened(items: string[], max = 3): string {
  const more = items.length - max;
  return orNone(items.slice(0, max).join(',')) + (more > 0 ? ` + ${more} more...` : '');
}
