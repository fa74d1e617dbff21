import { at, textOf } from '../fields.js';
import { badRequest } from '../status.js';
import { type KubeObject, type ResourceDef } from '../types.js';

export interface FieldRequirement {
  path: string;
  equal: boolean;
  value: string;
}

/** Fields that may be asked for beside metadata.name and metadata.namespace. */
const SELECTABLE: Record<string, string[]> = {
  pods: ['spec.nodeName', 'spec.serviceAccountName', 'status.phase', 'status.podIP'],
  namespaces: ['status.phase'],
  secrets: ['type'],
  events: ['kind', 'namespace', 'name', 'uid', 'apiVersion', 'fieldPath']
    .map((field) => `involvedObject.${field}`)
    .concat('reason', 'type'),
};

/** @throws ApiError 400 for a field that this kind does not offer. */
export function parseFieldSelector(text: string, def: ResourceDef): FieldRequirement[] {
  const out: FieldRequirement[] = [];
  for (const part of text.split(',')) {
    if (!part.trim()) continue;
    const found = /^\s*([^=!]+?)\s*(==|=|!=)(.*)$/.exec(part);
    if (!found) throw badRequest(`invalid selector: '${text}'; can't understand '${part}'`);
    const [, path = '', sign, value = ''] = found;
    if (!allowed(path, def)) throw badRequest(`field label not supported: ${path}`);
    out.push({ path, equal: sign !== '!=', value: value.trim() });
  }
  return out;
}

function allowed(path: string, def: ResourceDef): boolean {
  if (path === 'metadata.name' || path === 'metadata.namespace') return true;
  if (def.custom) return (def.selectableFields ?? []).includes(`.${path}`);
  return (SELECTABLE[def.resource] ?? []).includes(path);
}

export const matchesFields = (requirements: readonly FieldRequirement[], object: KubeObject): boolean =>
  requirements.every(({ path, equal, value }) => (valueAt(object, path) === value) === equal);

function valueAt(object: KubeObject, path: string): string {
  const value = at(object, ...path.split('.'));
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : textOf(value);
}
