import { textOf } from '../fields.js';
import { type Fields, type KubeObject, type ObjectAccess, type UserInfo } from '../types.js';
import { type Attributes } from './attributes.js';
import { roleRefOf, type Rule, ruleAllows, rulesOf, subjectOf } from './rules.js';

export const RBAC_GROUP = 'rbac.authorization.k8s.io';
const MASTERS = 'system:masters';

export interface Decision {
  allowed: boolean;
  /** Why, as Kubernetes words it; empty where there is nothing to say. */
  reason: string;
}

/** Authorization by the stored roles and bindings. */
export class Rbac {
  readonly #objects: ObjectAccess;

  constructor(objects: ObjectAccess) {
    this.#objects = objects;
  }

  decide(wanted: Attributes): Decision {
    if (wanted.user.groups.includes(MASTERS)) return { allowed: true, reason: '' };
    const missing: string[] = [];
    for (const { binding, subject, rules, fault } of this.#grants(wanted.user, wanted.namespace)) {
      if (fault) missing.push(fault);
      if (rules.some((rule) => ruleAllows(rule, wanted))) return { allowed: true, reason: allowedBy(binding, subject) };
    }
    if (missing.length === 0) return { allowed: false, reason: '' };
    const unique = [...new Set(missing)];
    return { allowed: false, reason: `RBAC: ${unique.length === 1 ? unique.join() : `[${unique.join(', ')}]`}` };
  }

  /** Every rule that holds for a user in a namespace (empty: cluster-wide ones alone). */
  rulesFor(user: UserInfo, namespace: string): Rule[] {
    const all: Rule = { verbs: ['*'], apiGroups: ['*'], resources: ['*'], resourceNames: [], nonResourceURLs: [] };
    const masters = user.groups.includes(MASTERS)
      ? [all, { ...all, apiGroups: [], resources: [], nonResourceURLs: ['*'] }]
      : [];
    return [...masters, ...this.#grants(user, namespace).flatMap(({ rules }) => rules)];
  }

  /** The rules behind a reference; a fault where the role is not there. */
  rulesOfRef(ref: { kind: string; name: string }, namespace: string | undefined): { rules: Rule[]; fault?: string } {
    const cluster = ref.kind === 'ClusterRole';
    const resource = cluster ? 'clusterroles' : 'roles';
    const role = this.#objects.get(RBAC_GROUP, resource, ref.name, cluster ? undefined : namespace);
    if (role) return { rules: rulesOf(role) };
    const kind = `${ref.kind.toLowerCase()}.${RBAC_GROUP}`;
    return { rules: [], fault: `${kind} ${JSON.stringify(ref.name)} not found` };
  }

  #grants(user: UserInfo, namespace: string): Grant[] {
    const cluster = this.#objects.list(RBAC_GROUP, 'clusterrolebindings');
    const local = namespace ? this.#objects.list(RBAC_GROUP, 'rolebindings', namespace) : [];
    return [...cluster, ...local].flatMap((binding): Grant[] => {
      const subject = subjectOf(binding, user);
      if (!subject) return [];
      return [{ binding, subject, ...this.rulesOfRef(roleRefOf(binding), binding.metadata.namespace) }];
    });
  }
}

/** What a binding gives to a user, by the subject that is her. */
interface Grant {
  binding: KubeObject;
  subject: Fields;
  rules: Rule[];
  fault?: string;
}

function allowedBy(binding: KubeObject, subject: Fields): string {
  const { kind, name } = roleRefOf(binding);
  const { namespace } = binding.metadata;
  const bound = namespace ? `${binding.metadata.name}/${namespace}` : binding.metadata.name;
  const who = [subject['name'], ...(subject['namespace'] ? [subject['namespace']] : [])].map(textOf).join('/');
  const to = `${textOf(subject['kind'])} ${JSON.stringify(who)}`;
  return `RBAC: allowed by ${binding.kind} ${JSON.stringify(bound)} of ${kind} ${JSON.stringify(name)} to ${to}`;
}
