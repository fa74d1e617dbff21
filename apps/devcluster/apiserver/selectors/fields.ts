import { at, numberOf, textOf } from '../fields.js';
import { badRequest } from '../status.js';
import { type KubeObject, type ResourceDef } from '../types.js';

export interface FieldRequirement {
  path: string;
  equal: boolean;
  value: string;
}

/** Fields that may be asked for beside metadata.name and metadata.namespace. */
const SELECTABLE: Record<string, string[]> = {
  pods: [
    'spec.nodeName',
    'spec.restartPolicy',
    'spec.schedulerName',
    'spec.serviceAccountName',
    'spec.hostNetwork',
    'status.phase',
    'status.podIP',
    'status.nominatedNodeName',
  ],
  nodes: ['spec.unschedulable'],
  namespaces: ['status.phase'],
  secrets: ['type'],
  services: ['spec.clusterIP', 'spec.type'],
  events: [
    'involvedObject.kind',
    'involvedObject.namespace',
    'involvedObject.name',
    'involvedObject.uid',
    'involvedObject.apiVersion',
    'involvedObject.resourceVersion',
    'involvedObject.fieldPath',
    'reason',
    'reportingComponent',
    'source',
    'type',
  ],
};

/** @throws ApiError 400 for a field that this kind does not offer. */
export function parseFieldSelector(text: string, def: ResourceDef): FieldRequirement[] {
  const out: FieldRequirement[] = [];
  for (const part of text.split(',')) {
    if (!part.trim()) continue;
    const found = /^\s*([^=!]+?)\s*(==|=|!=)(.*)$/.exec(part);
    if (!found) throw badRequest(`invalid selector: '${text}'; can't understand '${part}'`);
    const [, path = '', sign, value = ''] = found;
    if (!allowed(path, def)) throw badRequest(unsupported(path, def));
    out.push({ path, equal: sign !== '!=', value: value.trim() });
  }
  return out;
}

/** Kinds with fields of their own say less than the others. */
const unsupported = (path: string, def: ResourceDef): string =>
  def.custom || SELECTABLE[def.resource]
    ? `field label not supported: ${path}`
    : `${JSON.stringify(path)} is not a known field selector: only "metadata.name", "metadata.namespace"`;

function allowed(path: string, def: ResourceDef): boolean {
  if (path === 'metadata.name' || path === 'metadata.namespace') return true;
  if (def.custom) return (def.selectableFields ?? []).includes(`.${path}`);
  return (SELECTABLE[def.resource] ?? []).includes(path);
}

export const matchesFields = (requirements: readonly FieldRequirement[], object: KubeObject): boolean =>
  requirements.every(({ path, equal, value }) => (valueAt(object, path) === value) === equal);

function valueAt(object: KubeObject, path: string): string {
  if (path === 'spec.unschedulable' || path === 'spec.hostNetwork') {
    return String(at(object, ...path.split('.')) === true);
  }
  if (path === 'source') return textOf(at(object, 'source', 'component'));
  const value = at(object, ...path.split('.'));
  return typeof value === 'number'
    ? String(numberOf(value))
    : typeof value === 'boolean'
      ? String(value)
      : textOf(value);
}
