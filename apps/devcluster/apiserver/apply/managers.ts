import { same } from '../fields.js';
import { type ManagedFields } from '../types.js';
import { type FieldSet, fromFieldsV1, toFieldsV1 } from './field-set.js';

/** Who owns which fields. */
export interface Manager {
  manager: string;
  operation: 'Apply' | 'Update';
  apiVersion: string;
  subresource: string;
  time: string;
  fields: FieldSet;
}

export type Identity = Pick<Manager, 'manager' | 'operation' | 'apiVersion' | 'subresource'>;

export function managersOf(entries: ManagedFields[] | undefined): Manager[] {
  return (entries ?? []).map((entry) => ({
    manager: entry.manager ?? '',
    operation: entry.operation,
    apiVersion: entry.apiVersion,
    subresource: entry.subresource ?? '',
    time: entry.time ?? '',
    fields: fromFieldsV1(entry.fieldsV1 ?? {}),
  }));
}

/** Sorted as Kubernetes sorts them; managers that own nothing are left out. */
export function encodeManagers(managers: Manager[]): ManagedFields[] | undefined {
  const entries = managers
    .filter(({ fields }) => fields.size > 0)
    .sort(
      (a, b) =>
        a.operation.localeCompare(b.operation) || a.time.localeCompare(b.time) || a.manager.localeCompare(b.manager),
    )
    .map(({ manager, operation, apiVersion, subresource, time, fields }): ManagedFields => ({
      manager,
      operation,
      apiVersion,
      ...(time ? { time } : {}),
      fieldsType: 'FieldsV1',
      fieldsV1: toFieldsV1(fields),
      ...(subresource ? { subresource } : {}),
    }));
  return entries.length ? entries : undefined;
}

/** An applier is the same whatever version it applies; other writers differ by the version too. */
export const isManager = (manager: Manager, who: Identity): boolean =>
  manager.manager === who.manager &&
  manager.operation === who.operation &&
  manager.subresource === who.subresource &&
  (who.operation === 'Apply' || manager.apiVersion === who.apiVersion);

/** Sets what a manager owns. Its time moves only when that changed. */
export function setOwned(managers: Manager[], who: Identity, fields: FieldSet, now: string): Manager[] {
  const present = managers.find((manager) => isManager(manager, who));
  const others = managers.filter((manager) => manager !== present);
  const time = present && same(present.fields, fields) && present.apiVersion === who.apiVersion ? present.time : now;
  return [...others, { ...who, time, fields }];
}
