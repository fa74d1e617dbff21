import { type ReviewAttributes, reviewsOf } from '../reviews.js';
import { type Right } from '../rights.js';

/*
 * What a cluster makes of a request, written a second time from upstream's sources and sharing nothing with libs/policy
 * but the form of its questions: the reference that the property tests compare it with.
 */

/** What authorizers are asked (k8s.io/apiserver/pkg/authorization/authorizer, Attributes); '' where there is none. */
export interface Attributes {
  readonly verb: string;
  readonly group: string;
  readonly resource: string;
  readonly subresource: string;
  readonly name: string;
  readonly namespace: string;
  /** Of a request for no resource; the fields from `group` on are then ''. */
  readonly path: string;
}

const NONE: Attributes = { verb: '', group: '', resource: '', subresource: '', name: '', namespace: '', path: '' };
const VERBS = new Map([
  ['POST', 'create'],
  ['GET', 'get'],
  ['HEAD', 'get'],
  ['PUT', 'update'],
  ['PATCH', 'patch'],
  ['DELETE', 'delete'],
]);

/**
 * NewRequestInfo of k8s.io/apiserver/pkg/endpoints/request/requestinfo.go. The field selector `metadata.name` is left
 * out: it narrows what a list is asked for.
 * @returns undefined where the API server answers with an error before it authorizes
 */
export function readRequest(method: string, path: string, query: string): Attributes | undefined {
  const decoded = decodeURIComponent(path);
  const parts = decoded.replace(/^\/+|\/+$/g, '').split('/');
  const plain = { ...NONE, verb: method.toLowerCase(), path: decoded };
  const prefix = parts.shift();
  if (prefix !== 'api' && prefix !== 'apis') return plain;
  if (parts.length < (prefix === 'api' ? 2 : 3)) return plain;
  const group = prefix === 'api' ? '' : (parts.shift() ?? '');
  parts.shift(); // the version
  const isSpecial = parts[0] === 'watch' || parts[0] === 'proxy';
  if (isSpecial && parts.length < 2) return undefined;
  const verb = (isSpecial ? parts.shift() : VERBS.get(method)) ?? '';
  let namespace = '';
  if (parts[0] === 'namespaces' && parts[1] !== undefined) {
    namespace = parts[1];
    if (parts[2] !== undefined && parts[2] !== 'status' && parts[2] !== 'finalize') parts.splice(0, 2);
  }
  const [resource = '', name = '', third = ''] = parts;
  const subresource = verb === 'proxy' ? '' : third;
  return {
    ...NONE,
    verb: name === '' ? ofCollection(verb, query) : verb,
    group,
    resource,
    subresource,
    name,
    namespace,
  };
}

function ofCollection(verb: string, query: string): string {
  if (verb === 'delete') return 'deletecollection';
  if (verb !== 'get') return verb;
  const [watch] = new URLSearchParams(query).getAll('watch');
  return watch === undefined || ['false', '0'].includes(watch.toLowerCase()) ? 'list' : 'watch';
}

/** Whether GET opens a stream for which 1.35 and later ask for `create` too (AuthorizePodWebsocketUpgradeCreatePermission). */
const isPodStream = ({ group, resource, subresource }: Attributes): boolean =>
  group === '' && resource === 'pods' && ['exec', 'attach', 'portforward'].includes(subresource);

/** What virt-api authorizes, behind the API server, where a path goes on (pkg/virt-api/rest/authorizer.go). */
function deeperOf(path: string): string | undefined {
  const [scope, , resource, , ...below] = decodeURIComponent(path).split('/').slice(4);
  if (scope !== 'namespaces' || (resource !== 'virtualmachines' && resource !== 'virtualmachineinstances'))
    return undefined;
  return below.length < 2 || below[0] === 'portforward' ? undefined : below.join('/');
}

/** Everything that some server on the way asks an authorizer before a request has had its effect. */
export function questionsOf(method: string, path: string, query: string): Attributes[] {
  const asked = readRequest(method, path, query);
  if (asked === undefined) return [];
  const { verb, name, subresource } = asked;
  const more: Attributes[] = [];
  // What is not there yet is created (endpoints/handlers/update.go and patch.go, withAuthorization).
  if ((verb === 'update' || verb === 'patch') && name !== '' && subresource === '')
    more.push({ ...asked, verb: 'create' });
  if (isPodStream(asked)) more.push({ ...asked, verb: 'create' });
  const deeper = asked.group === 'subresources.kubevirt.io' ? deeperOf(path) : undefined;
  if (deeper !== undefined) more.push({ ...asked, subresource: deeper });
  return [asked, ...more];
}

/** A rule of a Role in a namespace; of a ClusterRole where that is ''. */
export interface Rule {
  readonly scope: string;
  readonly verb: string;
  readonly group: string;
  readonly resource: string;
  /** '*': the rule has no resourceNames. */
  readonly name: string;
  readonly url: string;
}

/** RuleAllows of k8s.io/kubernetes plugin/pkg/auth/authorizer/rbac, with pkg/apis/rbac/v1/evaluation_helpers.go. */
export function ruleAllows(rule: Rule, asked: Attributes): boolean {
  if (rule.verb !== '*' && rule.verb !== asked.verb) return false;
  if (asked.path !== '') return urlMatches(rule.url, asked.path);
  if (rule.scope !== '' && rule.scope !== asked.namespace) return false;
  if (rule.group !== '*' && rule.group !== asked.group) return false;
  if (rule.name !== '*' && rule.name !== asked.name) return false;
  return resourceMatches(rule.resource, asked);
}

function resourceMatches(rule: string, { resource, subresource }: Attributes): boolean {
  if (rule === '*') return true;
  if (rule === (subresource === '' ? resource : `${resource}/${subresource}`)) return true;
  return subresource !== '' && rule === `*/${subresource}`;
}

function urlMatches(rule: string, path: string): boolean {
  if (rule === '*' || rule === path) return true;
  return rule.endsWith('*') && path.startsWith(rule.replace(/\*+$/, ''));
}

const asAttributes = ({ resourceAttributes, nonResourceAttributes }: ReviewAttributes): Attributes => ({
  ...NONE,
  ...resourceAttributes,
  ...nonResourceAttributes,
});

/** The rules with which somebody is said to have a right, the narrowest first: more than one where none is in all others. */
function* rulesFor({ verb, group, resource, subresource, name, namespace = '', path = '' }: Right): Generator<Rule> {
  const resources = subresource === undefined ? [resource] : [`${resource}/${subresource}`, `*/${subresource}`];
  for (const ofResource of [...resources, '*']) {
    for (const ofName of [name ?? '', '*']) {
      yield { scope: namespace, verb, group, resource: ofResource, name: ofName, url: path };
    }
  }
}

/** The least that an issuer holds of whom every review of this right says yes. */
export function leastRule(right: Right): Rule {
  const reviews = reviewsOf(right).map(asAttributes);
  for (const rule of rulesFor(right)) if (reviews.every((asked) => ruleAllows(rule, asked))) return rule;
  throw new Error(`No rule gives ${JSON.stringify(right)}.`);
}
