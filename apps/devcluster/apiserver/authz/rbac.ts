import { type KubeObject, type ObjectAccess, type UserInfo } from '../types.js';
import { type Attributes } from './attributes.js';
import { bindingNames, roleRefOf, type Rule, ruleAllows, rulesOf } from './rules.js';

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
    for (const { binding, rules, fault } of this.#grants(wanted.user, wanted.namespace)) {
      if (fault) missing.push(fault);
      if (rules.some((rule) => ruleAllows(rule, wanted))) return { allowed: true, reason: allowedBy(binding) };
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

  #grants(user: UserInfo, namespace: string): { binding: KubeObject; rules: Rule[]; fault?: string }[] {
    const cluster = this.#objects.list(RBAC_GROUP, 'clusterrolebindings');
    const local = namespace ? this.#objects.list(RBAC_GROUP, 'rolebindings', namespace) : [];
    return [...cluster, ...local]
      .filter((binding) => bindingNames(binding, user))
      .map((binding) => ({ binding, ...this.rulesOfRef(roleRefOf(binding), binding.metadata.namespace) }));
  }
}

function allowedBy(binding: KubeObject): string {
  const { kind, name } = roleRefOf(binding);
  const { namespace } = binding.metadata;
  const bound = namespace ? `${binding.metadata.name}/${namespace}` : binding.metadata.name;
  const subject = (binding['subjects'] as { kind?: string; name?: string }[] | undefined)?.[0];
  const who = subject ? ` to ${subject.kind ?? ''} ${JSON.stringify(subject.name ?? '')}` : '';
  return `RBAC: allowed by ${binding.kind} ${JSON.stringify(bound)} of ${kind} ${JSON.stringify(name)}${who}`;
}
