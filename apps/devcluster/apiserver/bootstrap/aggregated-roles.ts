import { RBAC_GROUP } from '../authz/rbac.js';
import { at, isFields, recordsOf, same } from '../fields.js';
import { matchesSelector, selectorOf } from '../selectors/labels.js';
import { type KubeObject, type ObjectAccess } from '../types.js';

const RESOURCE = 'clusterroles';

/** Keeps the rules of ClusterRoles with an aggregationRule equal to those of the roles that they select. */
export function aggregateRoles(objects: ObjectAccess): () => void {
  let pending = false;
  const run = (): void => {
    pending = false;
    const roles = objects.list(RBAC_GROUP, RESOURCE);
    for (const role of roles) if (isFields(role['aggregationRule'])) gather(objects, role, roles);
  };
  run();
  // Its own writes come back here; once all rules are equal nothing is written any more.
  return objects.onChange(RBAC_GROUP, RESOURCE, () => {
    if (!pending) queueMicrotask(run);
    pending = true;
  });
}

function gather(objects: ObjectAccess, role: KubeObject, roles: readonly KubeObject[]): void {
  const selectors = recordsOf(at(role, 'aggregationRule', 'clusterRoleSelectors')).map(selectorOf);
  const rules: unknown[] = [];
  for (const other of roles) {
    if (other.metadata.name === role.metadata.name) continue;
    if (!selectors.some((selector) => matchesSelector(selector, other.metadata.labels))) continue;
    for (const rule of recordsOf(other['rules'])) if (!rules.some((known) => same(known, rule))) rules.push(rule);
  }
  if (same(rules, role['rules'])) return;
  objects.update(RBAC_GROUP, RESOURCE, role.metadata.name, undefined, (next) => {
    next['rules'] = rules;
  });
}
