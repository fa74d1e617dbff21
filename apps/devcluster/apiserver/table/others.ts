import { at, fieldsOf, textOf } from '../fields.js';
import { type KubeObject } from '../types.js';
import { ageOf } from './age.js';
import { ageColumn, type Column, column, nameColumn } from './column.js';

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
  column('Message', (event) => textOf(event['message']).trim()),
];
