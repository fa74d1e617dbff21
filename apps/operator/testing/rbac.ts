import { type V1SubjectAccessReview } from '@kubernetes/client-node';
import { type OwnClient } from '#libs/kube';

/** A rule of a Role or ClusterRole. */
export interface RbacRule {
  verbs: string[];
  apiGroups?: string[];
  resources?: string[];
  resourceNames?: string[];
  nonResourceURLs?: string[];
}

/** What an authorizer is asked. */
export interface Asked {
  verb: string;
  group?: string | undefined;
  resource?: string | undefined;
  subresource?: string | undefined;
  name?: string | undefined;
  namespace?: string | undefined;
  path?: string | undefined;
}

/**
 * Decides as Kubernetes' RBAC does: k8s.io/kubernetes pkg/apis/rbac/v1/evaluation_helpers.go and RuleAllows of
 * plugin/pkg/auth/authorizer/rbac.
 */
export class Rbac {
  /** SubjectAccessReviews that were answered. */
  readonly reviews: V1SubjectAccessReview['spec'][] = [];
  readonly #bound: { subject: string; namespace: string | undefined; rules: RbacRule[] }[] = [];

  /** @param subject a user or a group  @param namespace undefined: a ClusterRoleBinding */
  bind(subject: string, namespace: string | undefined, ...rules: RbacRule[]): this {
    this.#bound.push({ subject, namespace, rules });
    return this;
  }

  allows(username: string, groups: readonly string[], asked: Asked): boolean {
    return this.#bound.some(
      ({ subject, namespace, rules }) =>
        (subject === username || groups.includes(subject)) &&
        (namespace === undefined || (namespace === asked.namespace && asked.path === undefined)) &&
        rules.some((rule) =>
          asked.path === undefined ? isResource(rule, asked) : isPath(rule, asked.verb, asked.path),
        ),
    );
  }

  /** Answers SubjectAccessReviews. */
  get client(): Pick<OwnClient, 'api'> {
    const createSubjectAccessReview = async ({ body: { spec } }: { body: V1SubjectAccessReview }) => {
      this.reviews.push(spec);
      const asked = spec.resourceAttributes ?? spec.nonResourceAttributes ?? {};
      const allowed = this.allows(spec.user ?? '', spec.groups ?? [], asked as Asked);
      return { status: { allowed } };
    };
    return { api: () => ({ createSubjectAccessReview }) } as unknown as Pick<OwnClient, 'api'>;
  }
}

const has = (list: readonly string[] = [], value = ''): boolean => list.includes('*') || list.includes(value);

function isResource(rule: RbacRule, { verb, group = '', resource = '', subresource = '', name = '' }: Asked): boolean {
  const { resources = [], resourceNames = [] } = rule;
  const combined = subresource === '' ? resource : `${resource}/${subresource}`;
  return (
    has(rule.verbs, verb) &&
    has(rule.apiGroups, group) &&
    (has(resources, combined) || (subresource !== '' && resources.includes(`*/${subresource}`))) &&
    (resourceNames.length === 0 || resourceNames.includes(name))
  );
}

function isPath({ verbs, nonResourceURLs = [] }: RbacRule, verb: string, path: string): boolean {
  return (
    has(verbs, verb) &&
    nonResourceURLs.some(
      (url) => url === '*' || url === path || (url.endsWith('*') && path.startsWith(url.replace(/\*+$/, ''))),
    )
  );
}
