import { type Call, timestamp } from '../context.js';
import { same } from '../fields.js';
import { type KubeObject, type ManagedFields } from '../types.js';
import { type Conflict, conflictError } from './conflict.js';
import { type FieldSet, fieldsIn, leavesOf } from './field-set.js';
import { encodeManagers, isManager, managersOf, setOwned } from './managers.js';
import { mergeTyped, removeFields } from './merge.js';
import { difference, identityOf, without } from './track.js';
import { typingOf } from './typing.js';

/** Who owns the fields of an object that nobody has a share in yet. */
const BEFORE = 'before-first-apply';

function formerly(call: Call, live: KubeObject): ManagedFields[] | undefined {
  if (!live.metadata.uid) return undefined;
  const fields: FieldSet = new Set(fieldsIn(typingOf(call.def), live).keys());
  return encodeManagers([{ ...identityOf(call, 'Update'), manager: BEFORE, subresource: '', time: '', fields }]);
}

/**
 * Server-side apply: merges what a manager wants into the present object, takes away what it wanted before and wants
 * no more, and notes what it owns.
 * @throws ApiError 409 where others own what would change, unless `force`
 */
export function applyTo(
  call: Call,
  live: KubeObject,
  wanted: KubeObject,
  now: Date,
): { object: KubeObject; managedFields: ManagedFields[] | undefined } {
  const typing = typingOf(call.def);
  const who = identityOf(call, 'Apply');
  const managers = managersOf(live.metadata.managedFields ?? formerly(call, live));
  const others = managers.filter((manager) => !isManager(manager, who));
  const before = managers.find((manager) => isManager(manager, who))?.fields ?? new Set<string>();
  const owned: FieldSet = new Set(leavesOf(typing, wanted).keys());
  const merged = mergeTyped(typing, live, wanted);
  const dropped: FieldSet = new Set([...before].filter((path) => !owned.has(path)));
  const kept: FieldSet = new Set([...owned, ...others.flatMap(({ fields }) => [...fields])]);
  const object = removeFields(typing, merged, dropped, kept) as KubeObject;
  const after = fieldsIn(typing, object);
  const { changed, removed } = difference(fieldsIn(typing, live), after);
  // An object without fields takes nothing from anybody.
  const taken = (path: string): boolean => changed.has(path) && !same(after.get(path), {});
  const conflicts = others.flatMap((manager): Conflict[] =>
    [...manager.fields].filter(taken).map((path) => ({ manager, path })),
  );
  if (conflicts.length && call.query.get('force') !== 'true') throw conflictError(conflicts);
  const left = others.map((manager) => without(manager, changed, removed));
  const mine = managers.filter((manager) => isManager(manager, who));
  const managedFields = encodeManagers(setOwned([...left, ...mine], who, owned, timestamp(now)));
  return { object, managedFields };
}
