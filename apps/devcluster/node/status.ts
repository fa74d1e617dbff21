import { rfc3339 } from '#libs/kube';
import { type ContainerStatus, type PodCondition, type PodStatus } from './pod.js';

const HOST = '127.0.0.1';

/**
 * A pod's status as the kubelet writes it. Pure; transition times move only when a condition flips.
 * @param containers the state of each container now, in the order of the spec
 */
export function podStatus(containers: ContainerStatus[], former: PodStatus | undefined, now: Date): PodStatus {
  const unready = containers.filter((container) => !container.ready).map((container) => container.name);
  const message = `containers with unready status: [${unready.join(' ')}]`;
  const why = { reason: 'ContainersNotReady', message };
  const begun = containers.every(({ state, lastState }) => state.running ?? state.terminated ?? lastState.terminated);
  const conditions = [
    condition('PodReadyToStartContainers', true),
    condition('Initialized', true),
    condition('Ready', unready.length === 0, why),
    condition('ContainersReady', unready.length === 0, why),
    condition('PodScheduled', true),
  ];
  return {
    phase: begun ? 'Running' : 'Pending',
    conditions: conditions.map((one) => withTime(one, former?.conditions, now)),
    hostIP: HOST,
    hostIPs: [{ ip: HOST }],
    podIP: HOST,
    podIPs: [{ ip: HOST }],
    startTime: former?.startTime ?? rfc3339(now),
    containerStatuses: containers,
  };
}

const condition = (type: string, well: boolean, why: Partial<PodCondition> = {}): PodCondition => ({
  type,
  status: well ? 'True' : 'False',
  ...(well ? {} : why),
});

function withTime(stated: PodCondition, former: PodCondition[] | undefined, now: Date): PodCondition {
  const old = former?.find(({ type }) => type === stated.type);
  const kept = old?.status === stated.status ? old.lastTransitionTime : undefined;
  return { ...stated, lastTransitionTime: kept ?? rfc3339(now) };
}
