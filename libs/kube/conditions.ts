/** metav1.Condition. */
export interface KubeCondition {
  type: string;
  status: 'True' | 'False' | 'Unknown';
  reason: string;
  message: string;
  lastTransitionTime: string;
  observedGeneration?: number;
}

/** A condition as a check states it: when it began to hold is worked out from what was there before. */
export type StatedCondition = Omit<KubeCondition, 'lastTransitionTime'>;

/**
 * A new list in which `condition` takes the place of the one of its type, or stands at the end. Its transition time
 * moves only when the status flips. The list that was given stays as it is.
 * @param now instant of a flip
 */
export function setCondition(list: readonly KubeCondition[], condition: StatedCondition, now: Date): KubeCondition[] {
  const old = list.find(({ type }) => type === condition.type);
  const kept = old?.status === condition.status ? old.lastTransitionTime : undefined;
  const next: KubeCondition = { ...condition, lastTransitionTime: kept ?? rfc3339(now) };
  return old ? list.map((entry) => (entry === old ? next : entry)) : [...list, next];
}

/** metav1.Time: RFC 3339 in whole seconds. */
export function rfc3339(instant: Date): string {
  return instant.toISOString().replace(/\.\d{3}Z$/, 'Z');
}
