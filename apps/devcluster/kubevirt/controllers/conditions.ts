import { type VmCondition } from '#libs/kubevirt';

/** The wanted conditions, each with the transition time of the old one while its status stays. */
export function withTimes(
  wanted: readonly Omit<VmCondition, 'lastTransitionTime' | 'lastProbeTime'>[],
  old: readonly VmCondition[] | undefined,
  now: string,
): VmCondition[] {
  return wanted.map((condition) => {
    const before = old?.find(({ type }) => type === condition.type);
    const same = before?.status === condition.status;
    return { ...condition, lastProbeTime: null, lastTransitionTime: same ? (before.lastTransitionTime ?? now) : now };
  });
}
