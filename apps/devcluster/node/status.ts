import { type ContainerStatus, type Pod, type PodCondition, type PodStatus } from './pod.js';

const HOST = '127.0.0.1';

/** The state of each container now, in the order of the spec. */
export interface Statuses {
  inits?: ContainerStatus[];
  containers: ContainerStatus[];
}

/** A pod's status as the kubelet writes it. Pure; transition times move only when a condition flips. */
export function podStatus(
  pod: Pod,
  { inits = [], containers }: Statuses,
  former: PodStatus | undefined,
  now: Date,
): PodStatus {
  const incomplete = inits.filter(({ state }) => state.terminated?.exitCode !== 0).map(({ name }) => name);
  const phase = incomplete.length > 0 ? initialPhase(pod, inits) : phaseOf(pod, containers);
  const unready = containers.filter((container) => !container.ready).map((container) => container.name);
  const done = phase === 'Succeeded';
  const ready = unready.length === 0 && !done;
  const message = ready || done ? undefined : `containers with unready status: [${unready.join(' ')}]`;
  const why = done ? { reason: 'PodCompleted' } : message ? { reason: 'ContainersNotReady', message } : {};
  const conditions = [
    condition('PodReadyToStartContainers', true),
    condition('Initialized', incomplete.length === 0, {
      reason: 'ContainersNotInitialized',
      message: `containers with incomplete status: [${incomplete.join(' ')}]`,
    }),
    condition('Ready', ready, why),
    condition('ContainersReady', ready, why),
    condition('PodScheduled', true),
  ];
  return {
    phase,
    conditions: conditions.map((one) => withTime(one, former?.conditions, now)),
    hostIP: HOST,
    hostIPs: [{ ip: HOST }],
    podIP: HOST,
    podIPs: [{ ip: HOST }],
    startTime: former?.startTime ?? now.toISOString().replace(/\.\d+Z$/, 'Z'),
    ...(inits.length === 0 ? {} : { initContainerStatuses: inits.map(completed) }),
    containerStatuses: containers,
  };
}

/** An init container is ready when it has done its work. */
const completed = (status: ContainerStatus): ContainerStatus => ({
  ...status,
  ready: status.state.terminated?.exitCode === 0,
});

function initialPhase(pod: Pod, inits: ContainerStatus[]): NonNullable<PodStatus['phase']> {
  const failed = inits.some(({ state }) => (state.terminated?.exitCode ?? 0) !== 0);
  return failed && pod.spec.restartPolicy === 'Never' ? 'Failed' : 'Pending';
}

function phaseOf(pod: Pod, containers: ContainerStatus[]): NonNullable<PodStatus['phase']> {
  const policy = pod.spec.restartPolicy ?? 'Always';
  const ended = containers.filter(({ state }) => state.terminated);
  if (policy !== 'Always' && ended.length === containers.length && containers.length > 0) {
    const failed = ended.some(({ state }) => state.terminated?.exitCode !== 0);
    if (!failed) return 'Succeeded';
    if (policy === 'Never') return 'Failed';
  }
  const begun = containers.every(({ state, lastState }) => state.running ?? state.terminated ?? lastState.terminated);
  return begun ? 'Running' : 'Pending';
}

type Bare = Omit<PodCondition, 'lastTransitionTime' | 'lastProbeTime'>;

const condition = (type: string, well: boolean, why: { reason?: string; message?: string } = {}): Bare => ({
  type,
  status: well ? 'True' : 'False',
  ...(well ? {} : why),
});

function withTime(bare: Bare, former: PodCondition[] | undefined, now: Date): PodCondition {
  const old = former?.find(({ type }) => type === bare.type);
  const time = old?.status === bare.status ? old.lastTransitionTime : now.toISOString().replace(/\.\d+Z$/, 'Z');
  return { ...bare, lastProbeTime: null, lastTransitionTime: time };
}
