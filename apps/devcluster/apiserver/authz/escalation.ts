import { type AdmissionPlugin, type AdmissionRequest } from '../admission/index.js';
import { isFields, same } from '../fields.js';
import { forbidden } from '../status.js';
import { type UserInfo } from '../types.js';
import { BLANK } from './attributes.js';
import { type Rbac, RBAC_GROUP } from './rbac.js';
import { roleRefOf, type Rule, rulesOf } from './rules.js';

/**
 * Nobody can grant more than they have: a role with rules, or a binding to a role with rules, that its writer does not have
 * themselves, needs the verb `escalate` or `bind` on that role.
 */
export class NoEscalation implements AdmissionPlugin {
  readonly #rbac: Rbac;

  constructor(rbac: Rbac) {
    this.#rbac = rbac;
  }

  validate(request: AdmissionRequest): void {
    const { def, object, old, user } = request;
    if (def.group !== RBAC_GROUP || !object || user.groups.includes('system:masters')) return;
    if (def.resource === 'roles' || def.resource === 'clusterroles') {
      if (old && same(old['rules'], object['rules']) && same(old['aggregationRule'], object['aggregationRule'])) return;
      if (this.#may(request, 'escalate', def.resource, object.metadata.name)) return;
      // A role that gathers others can come to hold anything.
      const gathered: Rule[] = isFields(object['aggregationRule'])
        ? [
            { verbs: ['*'], apiGroups: ['*'], resources: ['*'], resourceNames: [], nonResourceURLs: [] },
            { verbs: ['*'], apiGroups: [], resources: [], resourceNames: [], nonResourceURLs: ['*'] },
          ]
        : [];
      this.#check(request, user, [...rulesOf(object), ...gathered]);
    } else this.#checkBinding(request);
  }

  #checkBinding(request: AdmissionRequest): void {
    const { object, old, user } = request;
    if (!object || (old && same(old['subjects'], object['subjects']) && same(old['roleRef'], object['roleRef'])))
      return;
    const ref = roleRefOf(object);
    const resource = ref.kind === 'ClusterRole' ? 'clusterroles' : 'roles';
    if (this.#may(request, 'bind', resource, ref.name)) return;
    const { rules, fault } = this.#rbac.rulesOfRef(ref, object.metadata.namespace);
    if (fault) throw forbidden(request.def, request.name, fault);
    this.#check(request, user, rules);
  }

  #may({ user, namespace }: AdmissionRequest, verb: string, resource: string, name: string): boolean {
    const wanted = { ...BLANK, user, verb, group: RBAC_GROUP, resource, name, namespace: namespace ?? '' };
    return this.#rbac.decide(wanted).allowed;
  }

  #check(request: AdmissionRequest, user: UserInfo, rules: Rule[]): void {
    const held = this.#rbac.rulesFor(user, request.namespace ?? '');
    const missing = rules.flatMap(atoms).filter((atom) => !held.some((rule) => covers(rule, atom)));
    if (missing.length === 0) return;
    const groups = user.groups.map((group) => JSON.stringify(group)).join(' ');
    const who = `user ${JSON.stringify(user.username)} (groups=[${groups}])`;
    const list = missing.map(shown).join('\n');
    const why = `${who} is attempting to grant RBAC permissions not currently held:\n${list}`;
    throw forbidden(request.def, request.name, why);
  }
}

/** A rule taken apart: one verb, one group, one resource, one name, or one path each. */
function atoms(rule: Rule): Rule[] {
  const none = { apiGroups: [], resources: [], resourceNames: [], nonResourceURLs: [] };
  return rule.verbs.flatMap((verb) => [
    ...rule.nonResourceURLs.map((url) => ({ ...none, verbs: [verb], nonResourceURLs: [url] })),
    ...rule.apiGroups.flatMap((group) =>
      rule.resources.flatMap((resource) =>
        (rule.resourceNames.length ? rule.resourceNames.map((name) => [name]) : [[]]).map((resourceNames) => ({
          ...none,
          verbs: [verb],
          apiGroups: [group],
          resources: [resource],
          resourceNames,
        })),
      ),
    ),
  ]);
}

const all = (list: string[], wanted: string[]): boolean =>
  list.includes('*') || wanted.every((item) => list.includes(item));

function covers(owner: Rule, atom: Rule): boolean {
  if (!all(owner.verbs, atom.verbs)) return false;
  if (atom.nonResourceURLs.length) {
    return atom.nonResourceURLs.every((url) =>
      owner.nonResourceURLs.some(
        (held) => held === '*' || held === url || (held.endsWith('*') && url.startsWith(held.slice(0, -1))),
      ),
    );
  }
  return all(owner.apiGroups, atom.apiGroups) && coversResource(owner, atom) && coversNames(owner, atom);
}

function coversResource(owner: Rule, { resources }: Rule): boolean {
  return resources.every((resource) => {
    const subresource = resource.includes('/') ? resource.slice(resource.indexOf('/') + 1) : '';
    return all(owner.resources, [resource]) || (subresource !== '' && owner.resources.includes(`*/${subresource}`));
  });
}

const coversNames = (owner: Rule, { resourceNames }: Rule): boolean =>
  owner.resourceNames.length === 0 ||
  (resourceNames.length > 0 && resourceNames.every((name) => owner.resourceNames.includes(name)));

/** An atom in words: `get secrets`, `get deployments.apps web`, `get /metrics`. */
const shown = ({ verbs, apiGroups: [group], resources, resourceNames, nonResourceURLs }: Rule): string =>
  [
    ...verbs,
    ...resources.map((name) => (group ? `${name}.${group}` : name)),
    ...resourceNames,
    ...nonResourceURLs,
  ].join(' ');
