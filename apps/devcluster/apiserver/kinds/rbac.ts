import { at, recordsOf, same, setDefault, textOf } from '../fields.js';
import { cause } from '../status.js';
import { type Cause, type KubeObject, type Strategy } from '../types.js';

const GROUP = 'rbac.authorization.k8s.io';

function validateRules(role: KubeObject): Cause[] {
  return recordsOf(role['rules']).flatMap((rule, index) => {
    const field = `rules[${index}]`;
    const paths = Array.isArray(rule['nonResourceURLs']) && rule['nonResourceURLs'].length > 0;
    const causes: Cause[] = [];
    if (!Array.isArray(rule['verbs']) || rule['verbs'].length === 0) {
      causes.push(cause.required(`${field}.verbs`, 'verbs must contain at least one value'));
    }
    if (paths) return causes;
    if (!Array.isArray(rule['apiGroups']) || rule['apiGroups'].length === 0) {
      causes.push(cause.required(`${field}.apiGroups`, 'resource rules must supply at least one api group'));
    }
    if (!Array.isArray(rule['resources']) || rule['resources'].length === 0) {
      causes.push(cause.required(`${field}.resources`, 'resource rules must supply at least one resource'));
    }
    return causes;
  });
}

export const roleStrategy: Strategy = {
  nameRule: 'path',
  defaults: (role) => setDefault(role, 'rules', null),
  validate: validateRules,
};

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
    const causes: Cause[] = [];
    if (!kinds.includes(kind)) causes.push(cause.unsupported('roleRef.kind', kind, kinds));
    if (!at(binding, 'roleRef', 'name')) causes.push(cause.required('roleRef.name'));
    recordsOf(binding['subjects']).forEach((subject, index) => {
      if (!subject['name']) causes.push(cause.required(`subjects[${index}].name`));
      if (subject['kind'] === 'ServiceAccount' && !subject['namespace']) {
        causes.push(cause.required(`subjects[${index}].namespace`));
      }
    });
    if (old && !same(binding['roleRef'], old['roleRef'])) {
      causes.push(cause.invalid('roleRef', binding['roleRef'] ?? null, 'cannot change roleRef'));
    }
    return causes;
  },
};
