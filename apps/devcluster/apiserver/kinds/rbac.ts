import { at, fieldsOf, recordsOf, same, setDefault, textOf, textsOf } from '../fields.js';
import { cause } from '../status.js';
import { type Cause, type Fields, type KubeObject, type Strategy } from '../types.js';
import { named, needed, oneOf } from './faults.js';
import { selectorFaults } from './selector.js';

const GROUP = 'rbac.authorization.k8s.io';

function validateRules(role: KubeObject): Cause[] {
  return recordsOf(role['rules']).flatMap((rule, index) => {
    const field = `rules[${index}]`;
    const paths = Array.isArray(rule['nonResourceURLs']) && rule['nonResourceURLs'].length > 0;
    const causes: Cause[] = [];
    if (!Array.isArray(rule['verbs']) || rule['verbs'].length === 0) {
      causes.push(cause.required(`${field}.verbs`));
    }
    if (paths) return [...causes, ...pathFaults(role, rule, `${field}.nonResourceURLs`)];
    if (!Array.isArray(rule['apiGroups']) || rule['apiGroups'].length === 0) {
      causes.push(cause.required(`${field}.apiGroups`, 'resource rules must supply at least one api group'));
    }
    if (!Array.isArray(rule['resources']) || rule['resources'].length === 0) {
      causes.push(cause.required(`${field}.resources`, 'resource rules must supply at least one resource'));
    }
    return causes;
  });
}

function pathFaults(role: KubeObject, rule: Fields, field: string): Cause[] {
  const causes: Cause[] = [];
  const paths = rule['nonResourceURLs'];
  if (role.kind === 'Role') {
    causes.push(cause.invalid(field, paths, 'namespaced rules cannot apply to non-resource URLs'));
  }
  if (['apiGroups', 'resources', 'resourceNames'].some((name) => textsOf(rule[name]).length > 0)) {
    causes.push(cause.invalid(field, paths, 'rules cannot apply to both regular resources and non-resource URLs'));
  }
  return causes;
}

function aggregationFaults({ aggregationRule }: KubeObject): Cause[] {
  if (aggregationRule === undefined) return [];
  const field = 'aggregationRule.clusterRoleSelectors';
  const selectors = recordsOf(at(aggregationRule, 'clusterRoleSelectors'));
  if (selectors.length > 0) return selectors.flatMap((each, index) => selectorFaults(each, `${field}[${index}]`));
  return [cause.required(field, 'at least one clusterRoleSelector required if aggregationRule is non-nil')];
}

export const roleStrategy: Strategy = {
  nameRule: 'path',
  defaults(role) {
    if (recordsOf(role['rules']).length === 0) role['rules'] = null;
  },
  validate: (role) => [...validateRules(role), ...aggregationFaults(role)],
};

function refFaults({ apiGroup, name }: Fields, kinds: string[], kind: string): Cause[] {
  return [
    ...(apiGroup === undefined ? [] : oneOf('roleRef.apiGroup', apiGroup, [GROUP])),
    ...oneOf('roleRef.kind', kind, kinds),
    ...needed('roleRef.name', name),
    ...named('roleRef.name', name, 'path'),
  ];
}

const SUBJECTS = ['ServiceAccount', 'User', 'Group'];

function subjectFaults({ kind, name, namespace, apiGroup }: Fields, field: string, cluster: boolean): Cause[] {
  if (!SUBJECTS.includes(textOf(kind)))
    return [...needed(`${field}.name`, name), ...oneOf(`${field}.kind`, kind, SUBJECTS)];
  if (kind !== 'ServiceAccount')
    return [...needed(`${field}.name`, name), ...oneOf(`${field}.apiGroup`, apiGroup, [GROUP])];
  return [
    ...needed(`${field}.name`, name),
    ...named(`${field}.name`, name, 'subdomain'),
    ...(cluster && !namespace ? [cause.required(`${field}.namespace`)] : []),
  ];
}

export const bindingStrategy: Strategy = {
  nameRule: 'path',
  defaults(binding) {
    for (const subject of recordsOf(binding['subjects'])) {
      setDefault(subject, 'apiGroup', subject['kind'] === 'ServiceAccount' ? '' : GROUP);
      if (subject['apiGroup'] === '') delete subject['apiGroup'];
    }
    const ref = binding['roleRef'];
    if (typeof ref === 'object' && ref !== null) setDefault(ref as Record<string, unknown>, 'apiGroup', GROUP);
  },
  validate(binding, old) {
    const kinds = binding.kind === 'ClusterRoleBinding' ? ['ClusterRole'] : ['Role', 'ClusterRole'];
    const kind = textOf(at(binding, 'roleRef', 'kind'));
    const causes = refFaults(fieldsOf(binding['roleRef']), kinds, kind);
    recordsOf(binding['subjects']).forEach((subject, index) => {
      causes.push(...subjectFaults(subject, `subjects[${index}]`, binding.kind === 'ClusterRoleBinding'));
    });
    if (old && !same(binding['roleRef'], old['roleRef'])) {
      const { apiGroup, kind: Kind, name } = fieldsOf(binding['roleRef']);
      causes.push(cause.invalid('roleRef', { APIGroup: apiGroup, Kind, Name: name }, 'field is immutable'));
    }
    return causes;
  },
};
