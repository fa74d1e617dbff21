import { at, fieldsOf, listOf, numberOf, textOf } from '../fields.js';
import { type KubeObject } from '../types.js';
import { ageOf } from './age.js';
import { ageColumn, type Column, column, nameColumn, wide } from './column.js';

const size = (value: unknown): number => Object.keys(fieldsOf(value)).length;

export const secretColumns: Column[] = [
  nameColumn,
  column('Type', (secret) => secret['type']),
  column('Data', (secret) => size(secret['data'])),
  ageColumn,
];

export const configMapColumns: Column[] = [
  nameColumn,
  column('Data', (map) => size(map['data']) + size(map['binaryData'])),
  ageColumn,
];

export const namespaceColumns: Column[] = [
  nameColumn,
  column('Status', (namespace) => namespace.status?.['phase']),
  ageColumn,
];

export const serviceAccountColumns: Column[] = [
  nameColumn,
  column('Secrets', (account) => listOf(account['secrets']).length, 'integer'),
  ageColumn,
];

function eventSource(event: KubeObject): string {
  const source = fieldsOf(event['source']);
  const component = textOf(source['component']) || textOf(event['reportingComponent']);
  return [component, textOf(source['host'])].filter(Boolean).join(', ');
}

const first = (event: KubeObject): unknown => event['firstTimestamp'] ?? event['eventTime'];

const last = (event: KubeObject): unknown =>
  at(event, 'series', 'lastObservedTime') ??
  event['lastTimestamp'] ??
  event['eventTime'] ??
  event.metadata.creationTimestamp;

export const eventColumns: Column[] = [
  column('Last Seen', (event, now) => ageOf(last(event), now)),
  column('Type', (event) => event['type']),
  column('Reason', (event) => event['reason']),
  column(
    'Object',
    ({ involvedObject: about }) => `${textOf(at(about, 'kind')).toLowerCase()}/${textOf(at(about, 'name'))}`,
  ),
  wide('Subobject', (event) => textOf(at(event['involvedObject'], 'fieldPath'))),
  wide('Source', eventSource),
  column('Message', (event) => textOf(event['message']).trim()),
  wide('First Seen', (event, now) => ageOf(first(event), now)),
  wide('Count', (event) => numberOf(at(event, 'series', 'count') ?? event['count'], 1), 'integer'),
  { ...wide('Name', ({ metadata }) => metadata.name), format: 'name' },
];
