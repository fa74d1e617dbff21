import { type Pod, type ReplicaSet, type ReplicaSetStatus } from '../workload.js';

export interface ReplicaSetPlan {
  /** How many pods to make. */
  create: number;
  remove: Pod[];
  status: ReplicaSetStatus;
}

/** What a ReplicaSet needs, given its own pods. Pure. */
export function planReplicaSet(set: ReplicaSet, pods: Pod[]): ReplicaSetPlan {
  const active = pods.filter(isActive);
  const wanted = set.metadata.deletionTimestamp ? undefined : (set.spec.replicas ?? 1);
  const surplus = wanted === undefined ? 0 : Math.max(active.length - wanted, 0);
  const ready = active.filter(isReady).length;
  return {
    create: wanted === undefined ? 0 : Math.max(wanted - active.length, 0),
    remove: [...active].sort(worstFirst).slice(0, surplus),
    status: {
      replicas: active.length,
      readyReplicas: ready,
      availableReplicas: ready,
      observedGeneration: set.metadata.generation ?? 0,
    },
  };
}

function isActive({ metadata, status }: Pod): boolean {
  return !metadata.deletionTimestamp && status?.phase !== 'Succeeded' && status?.phase !== 'Failed';
}

const isReady = ({ status }: Pod): boolean =>
  status?.conditions?.some((one) => one.type === 'Ready' && one.status === 'True') ?? false;

/** Which pods go first: those on no node, then those that are not ready, then the youngest. */
function worstFirst(a: Pod, b: Pod): number {
  const rank = (pod: Pod): number => (pod.spec?.nodeName ? 2 : 0) + (isReady(pod) ? 1 : 0);
  const age = (pod: Pod): string => pod.metadata.creationTimestamp ?? '';
  return rank(a) - rank(b) || age(b).localeCompare(age(a));
}
