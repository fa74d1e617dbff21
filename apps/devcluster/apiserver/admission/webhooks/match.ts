import { bucketOf, type Registry } from '../../registry.js';
import { matchesSelector, type Requirement } from '../../selectors/labels.js';
import { ApiError, forbidden, notFound } from '../../status.js';
import { type ObjectAccess, type ResourceDef } from '../../types.js';
import { type AdmissionRequest } from '../index.js';
import { type Hook, type Rule } from './hook.js';

const has = (items: string[], wanted: string): boolean => items.includes('*') || items.includes(wanted);

/** Questions and the configurations themselves reach no webhook, or a cluster could lock itself out. */
const EXEMPT_GROUPS = new Set(['authentication.k8s.io', 'authorization.k8s.io', 'admissionregistration.k8s.io']);

export const isExempt = ({ def, own }: AdmissionRequest): boolean => own === true || EXEMPT_GROUPS.has(def.group);

const isNamespace = ({ group, resource }: ResourceDef): boolean => group === '' && resource === 'namespaces';

/** The namespace that a request is about: for namespaces their own. */
export const namespaceOf = ({ def, name, namespace }: AdmissionRequest): string =>
  isNamespace(def) ? name : (namespace ?? '');

/** Follows k8s.io/apiserver/pkg/admission/plugin/webhook/predicates/rules. */
export function ruleMatches(rule: Rule, request: AdmissionRequest, def: ResourceDef): boolean {
  return (
    scopeMatches(rule, request, def) &&
    has(rule.operations, request.operation) &&
    has(rule.apiGroups, def.group) &&
    has(rule.apiVersions, def.version) &&
    rule.resources.some((entry) => {
      const [resource = '', subresource = ''] = entry.split(/\/(.*)/s);
      return has([resource], def.resource) && has([subresource], request.subresource);
    })
  );
}

function scopeMatches({ scope }: Rule, request: AdmissionRequest, def: ResourceDef): boolean {
  if (scope === '*') return true;
  const cluster = isNamespace(def) || !request.namespace;
  return scope === 'Cluster' ? cluster : !cluster;
}

/**
 * The version in which a webhook wants the request's objects, undefined where it does not want the request.
 * @throws ApiError 403 where a condition cannot be evaluated, 404 where the namespace is gone
 */
export function wantedVersion(
  hook: Hook,
  request: AdmissionRequest,
  { objects, registry }: { objects: ObjectAccess; registry: Registry },
): ResourceDef | undefined {
  const namespaces = namespaceMatches(hook.namespaces, request, objects);
  if (namespaces === false || !objectMatches(hook.objects, request)) return undefined;
  const def = versionByRules(hook, request, registry);
  if (!def) return undefined;
  if (namespaces instanceof ApiError) throw namespaces;
  return def;
}

/** @throws ApiError 403 */
export function conditionsHold(hook: Hook, request: AdmissionRequest, review: Record<string, unknown>): boolean {
  const result = hook.conditions.evaluate(request, review);
  if (typeof result === 'boolean') return result;
  throw forbidden(request.def, request.name, result);
}

function versionByRules(
  { rules, equivalent }: Hook,
  request: AdmissionRequest,
  registry: Registry,
): ResourceDef | undefined {
  const { def } = request;
  if (rules.some((rule) => ruleMatches(rule, request, def))) return def;
  if (!equivalent) return undefined;
  const others = registry.all().filter((other) => other !== def && bucketOf(other) === bucketOf(def));
  for (const rule of rules) {
    const found = others.find((other) => ruleMatches(rule, request, other));
    if (found) return found;
  }
  return undefined;
}

function namespaceMatches(wanted: Requirement[], request: AdmissionRequest, objects: ObjectAccess): boolean | ApiError {
  const { def, operation, object, subresource } = request;
  const own = isNamespace(def);
  const name = namespaceOf(request);
  if (wanted.length === 0 || (!name && !own)) return true;
  if (own && object && !subresource && operation !== 'DELETE') return matchesSelector(wanted, object.metadata.labels);
  const found = objects.get('', 'namespaces', name);
  return found ? matchesSelector(wanted, found.metadata.labels) : notFound({ group: '', resource: 'namespaces' }, name);
}

const objectMatches = (wanted: Requirement[], { object, old }: AdmissionRequest): boolean =>
  wanted.length === 0 || [object, old].some((one) => one !== undefined && matchesSelector(wanted, one.metadata.labels));
