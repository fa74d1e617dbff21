import { at, fieldsOf, recordsOf, textOf, textsOf } from '../fields.js';
import { type Fields, type KubeObject, type UserInfo } from '../types.js';
import { type Attributes } from './attributes.js';

/** A rule of a role, complete. */
export interface Rule {
  verbs: string[];
  apiGroups: string[];
  resources: string[];
  resourceNames: string[];
  nonResourceURLs: string[];
}

const ruleOf = (rule: Fields): Rule => ({
  verbs: textsOf(rule['verbs']),
  apiGroups: textsOf(rule['apiGroups']),
  resources: textsOf(rule['resources']),
  resourceNames: textsOf(rule['resourceNames']),
  nonResourceURLs: textsOf(rule['nonResourceURLs']),
});

export const rulesOf = (role: KubeObject | undefined): Rule[] => recordsOf(role?.['rules']).map(ruleOf);

const has = (list: string[], value: string): boolean => list.includes('*') || list.includes(value);

export function ruleAllows(rule: Rule, wanted: Attributes): boolean {
  if (!has(rule.verbs, wanted.verb)) return false;
  if (!wanted.isResource) return rule.nonResourceURLs.some((pattern) => pathMatches(pattern, wanted.path));
  if (!has(rule.apiGroups, wanted.group)) return false;
  if (rule.resourceNames.length && !rule.resourceNames.includes(wanted.name)) return false;
  return resourceMatches(rule.resources, wanted.resource, wanted.subresource);
}

function resourceMatches(resources: string[], resource: string, subresource: string): boolean {
  const combined = subresource ? `${resource}/${subresource}` : resource;
  if (has(resources, combined)) return true;
  return subresource !== '' && resources.includes(`*/${subresource}`);
}

const pathMatches = (pattern: string, path: string): boolean =>
  pattern === '*' || pattern === path || (pattern.endsWith('*') && path.startsWith(pattern.slice(0, -1)));

/** Whether a subject of a binding is the user, one of their groups or their service account. */
export function isBound(binding: KubeObject, user: UserInfo): boolean {
  return recordsOf(binding['subjects']).some((subject) => {
    const name = textOf(subject['name']);
    switch (subject['kind']) {
      case 'User':
        return name === user.username;
      case 'Group':
        return user.groups.includes(name);
      case 'ServiceAccount': {
        const namespace = textOf(subject['namespace']) || (binding.metadata.namespace ?? '');
        return user.username === `system:serviceaccount:${namespace}:${name}`;
      }
      default:
        return false;
    }
  });
}

export const roleRefOf = (binding: KubeObject): { kind: string; name: string } => ({
  kind: textOf(at(binding, 'roleRef', 'kind')),
  name: textOf(fieldsOf(binding['roleRef'])['name']),
});
