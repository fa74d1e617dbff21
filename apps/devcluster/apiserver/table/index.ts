import { type Fields, type KubeObject, type PrinterColumn, type ResourceDef } from '../types.js';
import { ageOf } from './age.js';
import { ageColumn, type Column, nameColumn } from './column.js';
import { jsonPath } from './json-path.js';
import { ingressColumns, serviceColumns } from './network.js';
import { configMapColumns, eventColumns, namespaceColumns, secretColumns } from './others.js';
import { podColumns } from './pods.js';
import { deploymentColumns, nodeColumns, replicaSetColumns } from './workloads.js';

/** Kinds that people list while they try the product; all others have a name and an age. */
const BUILT_IN: Record<string, Column[]> = {
  pods: podColumns,
  deployments: deploymentColumns,
  replicasets: replicaSetColumns,
  services: serviceColumns,
  secrets: secretColumns,
  configmaps: configMapColumns,
  namespaces: namespaceColumns,
  nodes: nodeColumns,
  events: eventColumns,
  ingresses: ingressColumns,
};

/** A kind's columns: its own, the CRD's, or name and age. */
function columnsOf(def: ResourceDef): Column[] {
  const custom = (def.printerColumns ?? []).map(customColumn);
  if (def.custom) return [nameColumn, ...(custom.length ? custom : [ageColumn])];
  return BUILT_IN[def.resource] ?? [nameColumn, ageColumn];
}

function customColumn({ jsonPath: path, ...column }: PrinterColumn): Column {
  return {
    ...column,
    description: column.description || `Custom resource definition column (in JSONPath format): ${path}`,
    value: (object, now) => shown(jsonPath(object, path), column.type, now),
  };
}

function shown(value: unknown, type: string, now: Date): unknown {
  if (value === undefined || value === null) return null;
  if (type === 'date') return ageOf(value, now);
  if (type !== 'string') return value;
  return typeof value === 'string' ? value : JSON.stringify(value);
}

export type Included = 'None' | 'Metadata' | 'Object';

export interface TableOptions {
  included: Included;
  /** The rows of a watch repeat no header. */
  headers: boolean;
  resourceVersion: string;
  now: Date;
}

/** A meta.k8s.io/v1 Table. */
export function tableOf(def: ResourceDef, objects: KubeObject[], options: TableOptions): Fields {
  const columns = columnsOf(def);
  return {
    kind: 'Table',
    apiVersion: 'meta.k8s.io/v1',
    metadata: { resourceVersion: options.resourceVersion },
    columnDefinitions: options.headers
      ? columns.map(({ name, type, format = '', description = '', priority = 0 }) => ({
          name,
          type,
          format,
          description,
          priority,
        }))
      : [],
    rows: objects.map((object) => ({
      cells: columns.map(({ value }) => value(object, options.now) ?? null),
      object: included(object, options.included),
    })),
  };
}

function included(object: KubeObject, what: Included): unknown {
  if (what === 'None') return null;
  return what === 'Object' ? object : metadataOf(object);
}

/** The part of an object that clients get who only ask for metadata. */
export const metadataOf = ({ metadata }: KubeObject): Fields => ({
  kind: 'PartialObjectMetadata',
  apiVersion: 'meta.k8s.io/v1',
  metadata,
});
