import { at, fieldsOf, recordsOf, same, setDefault, textOf } from '../fields.js';
import { cause } from '../status.js';
import { type Cause, type Fields, type KubeObject, type Strategy } from '../types.js';
import { filled, needed, oneOf } from './faults.js';

const GROUP = 'rbac.authorization.k8s.io';

/** A rule that grants nothing is a mistake of its writer. */
function validateRules(role: KubeObject): Cause[] {
  return recordsOf(role['rules']).flatMap((rule, index) => {
    const field = `rules[${index}]`;
    const paths = rule['nonResourceURLs'];
    const causes = filled(`${field}.verbs`, rule['verbs']);
    if (!Array.isArray(paths) || paths.length === 0) {
      return [...causes, ...['apiGroups', 'resources'].flatMap((list) => filled(`${field}.${list}`, rule[list]))];
    }
    if (role.kind === 'ClusterRole') return causes;
    const detail = 'namespaced rules cannot apply to non-resource URLs';
    return [...causes, cause.invalid(`${field}.nonResourceURLs`, paths, detail)];
  });
}

export const roleStrategy: Strategy = {
  nameRule: 'path',
  defaults(role) {
    if (recordsOf(role['rules']).length === 0) role['rules'] = null;
  },
  validate: validateRules,
};

const SUBJECTS = ['ServiceAccount', 'User', 'Group'];

const subjectFaults = ({ kind, name, namespace }: Fields, field: string, cluster: boolean): Cause[] => [
  ...needed(`${field}.name`, name),
  ...oneOf(`${field}.kind`, kind, SUBJECTS),
  ...(cluster && kind === 'ServiceAccount' ? needed(`${field}.namespace`, namespace) : []),
];

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
    const cluster = binding.kind === 'ClusterRoleBinding';
    const { apiGroup, kind, name } = fieldsOf(binding['roleRef']);
    const changed = old && !same(binding['roleRef'], old['roleRef']);
    return [
      ...oneOf(
        'roleRef.kind',
        textOf(at(binding, 'roleRef', 'kind')),
        cluster ? ['ClusterRole'] : ['Role', 'ClusterRole'],
      ),
      ...needed('roleRef.name', name),
      ...recordsOf(binding['subjects']).flatMap((subject, index) =>
        subjectFaults(subject, `subjects[${index}]`, cluster),
      ),
      ...(changed
        ? [cause.invalid('roleRef', { APIGroup: apiGroup, Kind: kind, Name: name }, 'field is immutable')]
        : []),
    ];
  },
};
