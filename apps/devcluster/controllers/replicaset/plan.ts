import { type Condition, type Pod, type ReplicaSet, type ReplicaSetStatus } from '../workload.js';

export interface ReplicaSetPlan {
  /** How many pods to make. */
  create: number;
  remove: Pod[];
  status: ReplicaSetStatus;
  /** When a pod that is ready becomes available, in milliseconds; undefined when nothing is to come. */
  again: number | undefined;
}

/** What a ReplicaSet needs, given its own pods. Pure. */
export function planReplicaSet(set: ReplicaSet, pods: Pod[], now: Date): ReplicaSetPlan {
  const active = pods.filter(isActive);
  const wanted = set.metadata.deletionTimestamp ? undefined : (set.spec.replicas ?? 1);
  const surplus = wanted === undefined ? 0 : Math.max(active.length - wanted, 0);
  const ready = active.filter((pod) => readyCondition(pod)?.status === 'True');
  const waits = ready.map((pod) => untilAvailable(pod, set.spec.minReadySeconds ?? 0, now));
  const later = waits.filter((ms) => ms > 0);
  const labels = Object.entries(set.spec.template.metadata?.labels ?? {});
  return {
    create: wanted === undefined ? 0 : Math.max(wanted - active.length, 0),
    remove: [...active].sort(worstFirst).slice(0, surplus),
    status: {
      replicas: active.length,
      fullyLabeledReplicas: active.filter(({ metadata }) => labels.every(([k, v]) => metadata.labels?.[k] === v))
        .length,
      readyReplicas: ready.length,
      availableReplicas: ready.length - later.length,
      observedGeneration: set.metadata.generation ?? 0,
    },
    again: later.length > 0 ? Math.min(...later) : undefined,
  };
}

function isActive({ metadata, status }: Pod): boolean {
  return !metadata.deletionTimestamp && status?.phase !== 'Succeeded' && status?.phase !== 'Failed';
}

const readyCondition = (pod: Pod): Condition | undefined =>
  pod.status?.conditions?.find(({ type }) => type === 'Ready');

function untilAvailable(pod: Pod, minReadySeconds: number, now: Date): number {
  if (minReadySeconds === 0) return 0;
  const since = Date.parse(readyCondition(pod)?.lastTransitionTime ?? '');
  return Math.max(since + minReadySeconds * 1000 - now.getTime(), 0);
}

/** Which pods go first: those on no node, then those that are not ready, then the youngest. */
function worstFirst(a: Pod, b: Pod): number {
  const rank = (pod: Pod): number => (pod.spec?.nodeName ? 2 : 0) + (readyCondition(pod)?.status === 'True' ? 1 : 0);
  const age = (pod: Pod): string => pod.metadata.creationTimestamp ?? '';
  return rank(a) - rank(b) || age(b).localeCompare(age(a));
}
