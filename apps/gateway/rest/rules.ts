import { type UserClient, types } from '#libs/kube';

/** One rule of a SelfSubjectRulesReview (authorization.k8s.io/v1). */
export interface ResourceRule {
  verbs: string[];
  apiGroups?: string[];
  resources?: string[];
  resourceNames?: string[];
}

export interface Wanted {
  verb: string;
  group: string;
  /** `virtualmachines/start`: with its subresource. */
  resource: string;
  name?: string;
}

interface RulesReview {
  apiVersion: string;
  kind: string;
  metadata: Record<string, never>;
  spec: { namespace: string };
  status?: { resourceRules?: ResourceRule[] };
}

/** What a user may do in one namespace, asked once and answered locally: for showing and hiding, never for allowing. */
export class Rules {
  constructor(private readonly rules: readonly ResourceRule[]) {}

  /** @param client the user's own: the review speaks of whoever asks */
  static async of(client: UserClient, namespace: string): Promise<Rules> {
    const review: RulesReview = {
      apiVersion: 'authorization.k8s.io/v1',
      kind: 'SelfSubjectRulesReview',
      metadata: {},
      spec: { namespace },
    };
    const answer = await client.create(types.selfSubjectRulesReviews, review);
    return new Rules(answer.status?.resourceRules ?? []);
  }

  allow(wanted: Wanted): boolean {
    return this.rules.some((rule) => covers(rule, wanted));
  }
}

/** As k8s.io/kubernetes plugin/pkg/auth/authorizer/rbac RuleAllows: an absent list of names means every name. */
function covers(rule: ResourceRule, { verb, group, resource, name }: Wanted): boolean {
  const names = rule.resourceNames ?? [];
  return (
    has(rule.verbs, verb) &&
    has(rule.apiGroups, group) &&
    (has(rule.resources, resource) || has(rule.resources, anyParent(resource))) &&
    (names.length === 0 || (name !== undefined && names.includes(name)))
  );
}

function has(list: readonly string[] | undefined, value: string): boolean {
  return list !== undefined && (list.includes('*') || list.includes(value));
}

/** A rule may name a subresource of every resource: a star, then `/status`. */
function anyParent(resource: string): string {
  const slash = resource.indexOf('/');
  return slash < 0 ? resource : `*${resource.slice(slash)}`;
}
