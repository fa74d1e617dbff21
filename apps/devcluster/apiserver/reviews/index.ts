import { type Authenticator } from '../authn/index.js';
import { type Attributes } from '../authz/attributes.js';
import { type Rbac } from '../authz/rbac.js';
import { type Call } from '../context.js';
import { at, fieldsOf, isFields, textOf, textsOf } from '../fields.js';
import { decodeObject } from '../rest/decode.js';
import { badRequest, cause, invalid } from '../status.js';
import { type Fields, type KubeObject, type UserInfo } from '../types.js';

/** Answers the kinds that are questions: nothing is stored. */
export class Reviews {
  readonly #authenticator: Authenticator;
  readonly #rbac: Rbac;

  constructor(authenticator: Authenticator, rbac: Rbac) {
    this.#authenticator = authenticator;
    this.#rbac = rbac;
  }

  /** The review with its status, undefined where the resource is none. */
  answer(call: Call): KubeObject | undefined {
    switch (call.def.resource) {
      case 'tokenreviews':
        return this.#token(call);
      case 'selfsubjectreviews':
        return { ...this.#body(call), status: { userInfo: userFields(call.user) } };
      case 'selfsubjectaccessreviews':
        return this.#access(call, call.user);
      case 'subjectaccessreviews':
      case 'localsubjectaccessreviews':
        return this.#access(call, undefined);
      case 'selfsubjectrulesreviews':
        return this.#rules(call);
      default:
        return undefined;
    }
  }

  #body(call: Call): KubeObject {
    const review = decodeObject(call);
    review.metadata.creationTimestamp ??= null as unknown as string;
    return review;
  }

  #token(call: Call): KubeObject {
    const review = this.#body(call);
    const token = textOf(review.spec?.['token']);
    if (!token) throw badRequest('token is required for TokenReview in authentication');
    const audiences = textsOf(review.spec?.['audiences']);
    const found = this.#authenticator.token(token, audiences.length ? audiences : undefined);
    const status = found
      ? {
          authenticated: true,
          user: userFields(found.user),
          ...(found.audiences.length ? { audiences: found.audiences } : {}),
        }
      : { user: {}, error: '[invalid bearer token, token lookup failed]' };
    return { ...review, status };
  }

  #access(call: Call, self: UserInfo | undefined): KubeObject {
    const review = this.#body(call);
    const spec = fieldsOf(review.spec);
    const user = self ?? subjectOf(call, spec);
    const wanted = attributesOf(call, spec, user);
    const { allowed, reason } = this.#rbac.decide(wanted);
    return { ...review, status: { allowed, ...(reason ? { reason } : {}) } };
  }

  #rules(call: Call): KubeObject {
    const review = this.#body(call);
    const namespace = textOf(review.spec?.['namespace']);
    if (!namespace) throw badRequest('no namespace on request');
    const rules = this.#rbac.rulesFor(call.user, namespace);
    const resourceRules = rules
      .filter(({ apiGroups }) => apiGroups.length > 0)
      .map(({ verbs, apiGroups, resources, resourceNames }) => ({
        verbs,
        apiGroups,
        resources,
        ...(resourceNames.length ? { resourceNames } : {}),
      }));
    const nonResourceRules = rules
      .filter(({ nonResourceURLs }) => nonResourceURLs.length > 0)
      .map(({ verbs, nonResourceURLs }) => ({ verbs, nonResourceURLs }));
    return { ...review, status: { resourceRules, nonResourceRules, incomplete: false } };
  }
}

function userFields({ username, uid, groups, extra }: UserInfo): Fields {
  return {
    username,
    ...(uid ? { uid } : {}),
    groups,
    ...(extra && Object.keys(extra).length ? { extra } : {}),
  };
}

function subjectOf(call: Call, spec: Fields): UserInfo {
  const username = textOf(spec['user']);
  const groups = textsOf(spec['groups']);
  if (!username && groups.length === 0) {
    throw invalid(call.def, '', [cause.invalid('spec.user', '', 'at least one of user or group must be specified')]);
  }
  return { username, groups, extra: fieldsOf(spec['extra']) as Record<string, string[]> };
}

function attributesOf(call: Call, spec: Fields, user: UserInfo): Attributes {
  const resource = spec['resourceAttributes'];
  const path = spec['nonResourceAttributes'];
  const blank = { user, group: '', resource: '', subresource: '', name: '', namespace: '', path: '' };
  if (isFields(resource) && !isFields(path)) {
    const namespace = textOf(resource['namespace']);
    if (call.namespace && namespace && call.namespace !== namespace) {
      throw invalid(call.def, '', [
        cause.invalid('spec.resourceAttributes.namespace', namespace, `must match metadata.namespace`),
      ]);
    }
    return {
      ...blank,
      isResource: true,
      verb: textOf(resource['verb']),
      group: textOf(resource['group']),
      resource: textOf(resource['resource']),
      subresource: textOf(resource['subresource']),
      name: textOf(resource['name']),
      namespace: namespace || (call.namespace ?? ''),
    };
  }
  if (isFields(path) && !isFields(resource)) {
    return { ...blank, isResource: false, verb: textOf(at(path, 'verb')), path: textOf(at(path, 'path')) };
  }
  const detail = 'exactly one of nonResourceAttributes or resourceAttributes must be specified';
  throw invalid(call.def, '', [cause.invalid('spec.resourceAttributes', resource ?? null, detail)]);
}
