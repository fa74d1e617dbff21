import { type Call, timestamp } from '../context.js';
import { same, setOrRemove } from '../fields.js';
import { apiVersionOf } from '../registry.js';
import { type KubeObject, type ManagedFields } from '../types.js';
import { type FieldSet, fieldsIn, MEMBER } from './field-set.js';
import { encodeManagers, type Identity, isManager, type Manager, managersOf, setOwned } from './managers.js';
import { typingOf } from './typing.js';
import { emptyOf } from './empty.js';

/** The name of the manager: the parameter, or how the client calls itself. */
function managerName(call: Call): string {
  return call.query.get('fieldManager') || (call.userAgent.split('/')[0] || 'unknown').slice(0, 128);
}

export const identityOf = (call: Call, operation: Identity['operation']): Identity => ({
  manager: managerName(call),
  operation,
  apiVersion: apiVersionOf(call.def),
  subresource: call.subresource,
});

export const withManaged = (object: KubeObject, entries: ManagedFields[] | undefined): KubeObject => {
  const metadata = { ...object.metadata };
  setOrRemove(metadata, 'managedFields', entries);
  return { ...object, metadata };
};

/** The fields of which `next` holds another value than `old`, and those that it lacks. */
export function difference(
  old: Map<string, unknown>,
  next: Map<string, unknown>,
): { changed: FieldSet; removed: FieldSet } {
  const changed: FieldSet = new Set();
  for (const [path, value] of next) if (!old.has(path) || differs(old.get(path), value)) changed.add(path);
  const removed: FieldSet = new Set();
  for (const path of old.keys()) if (!next.has(path)) removed.add(path);
  return { changed, removed };
}

/** What is filled or emptied stays the same field: only what is in it comes and goes. */
function differs(old: unknown, next: unknown): boolean {
  if (old === MEMBER) return !isEmpty(next) && next !== MEMBER;
  return next === MEMBER ? !isEmpty(old) : !same(old, next);
}

const isEmpty = (value: unknown): boolean =>
  value === null || (typeof value === 'object' && Object.keys(value).length === 0);

/**
 * Notes in managedFields what an ordinary write changed: the writer owns it from now on, nobody else does. `object`
 * carries the managedFields to start from (those of the client where it may set them, else the stored ones).
 */
export function trackUpdate(call: Call, old: KubeObject | undefined, object: KubeObject, now: Date): KubeObject {
  const typing = typingOf(call.def);
  // A client that cleared the list of managers does not want it back.
  if (old && !old.metadata.managedFields && !object.metadata.managedFields) return object;
  const { changed, removed } = difference(fieldsIn(typing, old ?? emptyOf(call.def)), fieldsIn(typing, object));
  if (changed.size === 0 && removed.size === 0) return object;
  const who = identityOf(call, 'Update');
  const managers = managersOf(object.metadata.managedFields);
  const own = managers.find((manager) => isManager(manager, who))?.fields ?? new Set<string>();
  const owned: FieldSet = new Set([...own, ...changed].filter((path) => !removed.has(path)));
  const others = managers
    .filter((manager) => !isManager(manager, who))
    .map((manager) => without(manager, changed, removed));
  const kept = managers.filter((manager) => isManager(manager, who));
  return withManaged(object, encodeManagers(setOwned([...others, ...kept], who, owned, timestamp(now))));
}

export const without = (manager: Manager, ...gone: FieldSet[]): Manager => ({
  ...manager,
  fields: new Set([...manager.fields].filter((path) => !gone.some((set) => set.has(path)))),
});
