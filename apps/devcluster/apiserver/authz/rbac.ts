import { type ObjectAccess, type UserInfo } from '../types.js';
import { type Attributes } from './attributes.js';
import { isBound, roleRefOf, type Rule, ruleAllows, rulesOf } from './rules.js';

export const RBAC_GROUP = 'rbac.authorization.k8s.io';
const MASTERS = 'system:masters';

export interface Decision {
  allowed: boolean;
  /** Which role of a refused user is missing; empty where none is. */
  reason: string;
}

/** What a binding gives; a fault where its role is not there. */
interface Granted {
  rules: Rule[];
  fault?: string;
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
    for (const { rules, fault } of this.#grants(wanted.user, wanted.namespace)) {
      if (fault) missing.push(fault);
      if (rules.some((rule) => ruleAllows(rule, wanted))) return { allowed: true, reason: '' };
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
  rulesOfRef(ref: { kind: string; name: string }, namespace: string | undefined): Granted {
    const cluster = ref.kind === 'ClusterRole';
    const resource = cluster ? 'clusterroles' : 'roles';
    const role = this.#objects.get(RBAC_GROUP, resource, ref.name, cluster ? undefined : namespace);
    if (role) return { rules: rulesOf(role) };
    const kind = `${ref.kind.toLowerCase()}.${RBAC_GROUP}`;
    return { rules: [], fault: `${kind} ${JSON.stringify(ref.name)} not found` };
  }

  #grants(user: UserInfo, namespace: string): Granted[] {
    const cluster = this.#objects.list(RBAC_GROUP, 'clusterrolebindings');
    const local = namespace ? this.#objects.list(RBAC_GROUP, 'rolebindings', namespace) : [];
    return [...cluster, ...local]
      .filter((binding) => isBound(binding, user))
      .map((binding) => this.rulesOfRef(roleRefOf(binding), binding.metadata.namespace));
  }
}
