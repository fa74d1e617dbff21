import { type V1ResourceRule } from '@kubernetes/client-node';
import { AuthorizationV1Api, type UserClient } from '#libs/kube';

/** What a review of rights asks about (authorization.k8s.io). */
export interface ResourceAttributes {
  verb: string;
  group: string;
  /** `virtualmachines/start`: with its subresource. */
  resource: string;
  name?: string;
}

/** What a user may do in one namespace, asked once and answered locally: for showing and hiding, never for allowing. */
export class Rules {
  constructor(
    private readonly rules: readonly V1ResourceRule[],
    /** Asks for one right where an authorizer of the cluster, such as a webhook, cannot list them. */
    private readonly review?: (asked: ResourceAttributes) => Promise<boolean>,
  ) {}

  /** @param client the user's own: the review describes the user who asks */
  static async of(client: UserClient, namespace: string): Promise<Rules> {
    const api = client.api(AuthorizationV1Api);
    const { status } = await api.createSelfSubjectRulesReview({ body: { spec: { namespace } } });
    const review = async (asked: ResourceAttributes): Promise<boolean> => {
      const body = { spec: { resourceAttributes: { namespace, ...asked } } };
      return (await api.createSelfSubjectAccessReview({ body })).status?.allowed === true;
    };
    return new Rules(status?.resourceRules ?? [], status?.incomplete ? review : undefined);
  }

  /** The same for the same rights. */
  get written(): string {
    return JSON.stringify(this.rules);
  }

  allow(asked: ResourceAttributes): boolean {
    return this.rules.some((rule) => covers(rule, asked));
  }

  /** As allow, where a wrong no would matter: one more request if the rights that are known may not be all. */
  async surely(asked: ResourceAttributes): Promise<boolean> {
    return this.allow(asked) || (await this.review?.(asked)) === true;
  }
}

/** As k8s.io/kubernetes plugin/pkg/auth/authorizer/rbac RuleAllows: an absent list of names means every name. */
function covers(rule: V1ResourceRule, { verb, group, resource, name }: ResourceAttributes): boolean {
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
