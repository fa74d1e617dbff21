import { type Authenticator } from '../authn/index.js';
import { type Attributes, BLANK } from '../authz/attributes.js';
import { type Rbac } from '../authz/rbac.js';
import { trackUpdate } from '../apply/track.js';
import { type Call, timestamp } from '../context.js';
import { at, fieldsOf, isFields, textOf, textsOf } from '../fields.js';
import { decodeObject } from '../rest/decode.js';
import { badRequest, cause, invalid } from '../status.js';
import { type Cause, type Fields, type KubeObject, type UserInfo } from '../types.js';

/** Answers the kinds that are questions: nothing is stored. */
export class Reviews {
  readonly #authenticator: Authenticator;
  readonly #rbac: Rbac;
  readonly #now: () => Date;

  constructor(authenticator: Authenticator, rbac: Rbac, now: () => Date) {
    this.#authenticator = authenticator;
    this.#rbac = rbac;
    this.#now = now;
  }

  /** The review with its status, undefined where the resource is not a review. */
  answer(call: Call): KubeObject | undefined {
    switch (call.def.resource) {
      case 'tokenreviews':
        return this.#token(call);
      case 'selfsubjectreviews':
        return this.#self(call);
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
    return trackUpdate(call, undefined, decodeObject(call), this.#now());
  }

  #self(call: Call): KubeObject {
    const { apiVersion, kind } = decodeObject(call);
    const metadata = { creationTimestamp: timestamp(this.#now()) } as KubeObject['metadata'];
    return { apiVersion, kind, metadata, status: { userInfo: userFields(call.user) } };
  }

  #token(call: Call): KubeObject {
    const review = this.#body(call);
    const token = textOf(review.spec?.['token']);
    if (!token) throw badRequest('token is required for TokenReview in authentication');
    const audiences = textsOf(review.spec?.['audiences']);
    const found = this.#authenticator.token(token, audiences.length ? audiences : undefined);
    const status = found
      ? { authenticated: true, user: userFields(found.user), audiences: found.audiences }
      : { user: {}, error: 'invalid bearer token' };
    return { ...review, status };
  }

  #access(call: Call, self: UserInfo | undefined): KubeObject {
    const review = this.#body(call);
    const spec = fieldsOf(review.spec);
    checkSpec(call, spec, self !== undefined);
    const user = self ?? subjectOf(spec);
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

function subjectOf(spec: Fields): UserInfo {
  return {
    username: textOf(spec['user']),
    groups: textsOf(spec['groups']),
    extra: fieldsOf(spec['extra']) as Record<string, string[]>,
  };
}

/**
 * What kube-apiserver asks of a review, with its slip: the refusal names no kind.
 * @throws ApiError 422
 */
function checkSpec({ def, namespace: own }: Call, spec: Fields, self: boolean): void {
  const { resourceAttributes: resource, nonResourceAttributes: path } = spec;
  const namespace = textOf(at(resource, 'namespace'));
  const causes: Cause[] = [];
  if (isFields(resource) === isFields(path)) {
    const detail = 'exactly one of nonResourceAttributes or resourceAttributes must be specified';
    causes.push(cause.invalid('spec', path ?? null, detail));
  }
  if (!self && !textOf(spec['user']) && textsOf(spec['groups']).length === 0) {
    causes.push(cause.invalid('spec.user', '', 'at least one of user or group must be specified'));
  }
  if (own && namespace && own !== namespace) {
    causes.push(cause.invalid('spec.resourceAttributes.namespace', namespace, 'must match metadata.namespace'));
  }
  if (causes.length > 0) throw invalid({ group: def.group, kind: '' }, '', causes);
}

function attributesOf(call: Call, spec: Fields, user: UserInfo): Attributes {
  const resource = spec['resourceAttributes'];
  const path = spec['nonResourceAttributes'];
  if (!isFields(resource)) {
    return { ...BLANK, user, isResource: false, verb: textOf(at(path, 'verb')), path: textOf(at(path, 'path')) };
  }
  return {
    ...BLANK,
    user,
    verb: textOf(resource['verb']),
    group: textOf(resource['group']),
    resource: textOf(resource['resource']),
    subresource: textOf(resource['subresource']),
    name: textOf(resource['name']),
    namespace: textOf(resource['namespace']) || (call.namespace ?? ''),
  };
}
