import { matchesSelector, type Requirement } from '../../selectors/labels.js';
import { notFound } from '../../status.js';
import { type ObjectAccess, type ResourceDef } from '../../types.js';
import { type AdmissionRequest } from '../index.js';
import { type Hook, type Rule } from './hook.js';

const has = (items: string[], wanted: string): boolean => items.includes('*') || items.includes(wanted);

/** Questions and the configurations themselves reach no webhook, or a cluster could lock itself out. */
const EXEMPT_GROUPS = new Set(['authentication.k8s.io', 'authorization.k8s.io', 'admissionregistration.k8s.io']);

const isNamespace = ({ group, resource }: ResourceDef): boolean => group === '' && resource === 'namespaces';

/** The namespace that a request is about: for namespaces their own. */
export const namespaceOf = ({ def, name, namespace }: AdmissionRequest): string =>
  isNamespace(def) ? name : (namespace ?? '');

/**
 * The webhooks that are to be asked about a request. Rules count for the version of the request alone: matchPolicy
 * Equivalent would convert the object to other versions of its kind, and the kinds here have one.
 * @throws ApiError 404 where the namespace is gone
 */
export function wanting(hooks: readonly Hook[], request: AdmissionRequest, objects: ObjectAccess): Hook[] {
  if (request.own || EXEMPT_GROUPS.has(request.def.group)) return [];
  return hooks.filter(
    (hook) =>
      hook.rules.some((rule) => ruleMatches(rule, request)) &&
      objectMatches(hook.objects, request) &&
      namespaceMatches(hook.namespaces, request, objects),
  );
}

/** Follows k8s.io/apiserver/pkg/admission/plugin/webhook/predicates/rules. */
function ruleMatches(rule: Rule, request: AdmissionRequest): boolean {
  const { operation, def } = request;
  return (
    scopeMatches(rule, request) &&
    has(rule.operations, operation) &&
    has(rule.apiGroups, def.group) &&
    has(rule.apiVersions, def.version) &&
    rule.resources.some((entry) => {
      const [resource = '', subresource = ''] = entry.split('/');
      return has([resource], def.resource) && has([subresource], request.subresource);
    })
  );
}

function scopeMatches({ scope }: Rule, { def, namespace }: AdmissionRequest): boolean {
  if (scope === '*') return true;
  const cluster = isNamespace(def) || !namespace;
  return scope === 'Cluster' ? cluster : !cluster;
}

function namespaceMatches(wanted: Requirement[], request: AdmissionRequest, objects: ObjectAccess): boolean {
  const { def, operation, object, subresource } = request;
  const name = namespaceOf(request);
  if (wanted.length === 0 || (!name && !isNamespace(def))) return true;
  const changed = isNamespace(def) && !subresource && operation !== 'DELETE' ? object : undefined;
  const namespace = changed ?? objects.get('', 'namespaces', name);
  if (!namespace) throw notFound({ group: '', resource: 'namespaces' }, name);
  return matchesSelector(wanted, namespace.metadata.labels);
}

const objectMatches = (wanted: Requirement[], { object, old }: AdmissionRequest): boolean =>
  wanted.length === 0 || [object, old].some((one) => one !== undefined && matchesSelector(wanted, one.metadata.labels));
