import { type Condition } from '#libs/wire';

/** A condition as a check states it: when it began to hold is worked out from what was there before. */
export type StatedCondition = Omit<Condition, 'lastTransitionTime'>;

/**
 * A new list in which `condition` takes the place of the one of its type, or stands at the end. Its transition time
 * moves only when the status flips. The list that was given stays as it is.
 * @param now instant of a flip
 */
export function setCondition(list: readonly Condition[], condition: StatedCondition, now: Date): Condition[] {
  const old = list.find(({ type }) => type === condition.type);
  const kept = old?.status === condition.status ? old.lastTransitionTime : undefined;
  const next: Condition = { ...condition, lastTransitionTime: kept ?? rfc3339(now) };
  return old ? list.map((entry) => (entry === old ? next : entry)) : [...list, next];
}

/** metav1.Time: RFC 3339 in whole seconds. */
export function rfc3339(instant: Date): string {
  return instant.toISOString().replace(/\.\d{3}Z$/, 'Z');
}
