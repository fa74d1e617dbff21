import { expect, test } from 'vitest';
import { type ContainerState, type ContainerStatus, type Pod } from './pod.js';
import { podStatus } from './status.js';

const NOW = new Date('2026-01-02T03:04:05.678Z');
const LATER = new Date('2026-01-02T03:05:05Z');

const pod = (restartPolicy: Pod['spec']['restartPolicy'] = 'Always'): Pod => ({
  metadata: { name: 'p' },
  spec: { containers: [], restartPolicy },
});

const ended = (exitCode: number): ContainerState => ({
  terminated: { exitCode, reason: 'Completed', startedAt: '', finishedAt: '', containerID: '' },
});

const running: ContainerState = { running: { startedAt: '2026-01-02T03:04:00Z' } };

const container = (name: string, state: ContainerState, extra: Partial<ContainerStatus> = {}): ContainerStatus => ({
  name,
  image: 'i',
  imageID: '',
  state,
  lastState: {},
  ready: false,
  started: false,
  restartCount: 0,
  ...extra,
});

const conditionOf = (status: ReturnType<typeof podStatus>, type: string) =>
  status.conditions?.find((condition) => condition.type === type);

test('a pod is Pending until each container has run', () => {
  const waiting = container('b', { waiting: { reason: 'ContainerCreating' } });
  const status = podStatus(pod(), { containers: [container('a', running, { ready: true }), waiting] }, undefined, NOW);
  expect(status).toMatchObject({ phase: 'Pending', podIP: '127.0.0.1', startTime: '2026-01-02T03:04:05Z' });
  expect(conditionOf(status, 'Ready')).toMatchObject({
    status: 'False',
    reason: 'ContainersNotReady',
    message: 'containers with unready status: [b]',
  });
});

test('a pod is Ready when all containers are', () => {
  const status = podStatus(pod(), { containers: [container('a', running, { ready: true })] }, undefined, NOW);
  expect(status.phase).toBe('Running');
  expect(conditionOf(status, 'Ready')).toEqual({
    type: 'Ready',
    status: 'True',
    lastProbeTime: null,
    lastTransitionTime: '2026-01-02T03:04:05Z',
  });
});

test('times move only on flips', () => {
  const first = podStatus(pod(), { containers: [container('a', running, { ready: true })] }, undefined, NOW);
  expect(podStatus(pod(), { containers: [container('a', running, { ready: true })] }, first, LATER)).toEqual(first);
  const flipped = podStatus(pod(), { containers: [container('a', running)] }, first, LATER);
  expect(conditionOf(flipped, 'Ready')?.lastTransitionTime).toBe('2026-01-02T03:05:05Z');
  expect(conditionOf(flipped, 'PodScheduled')?.lastTransitionTime).toBe('2026-01-02T03:04:05Z');
});

test('a container that waits for its next start keeps the pod Running', () => {
  const backOff = container('a', { waiting: { reason: 'CrashLoopBackOff' } }, { lastState: ended(1) });
  expect(podStatus(pod(), { containers: [backOff] }, undefined, NOW).phase).toBe('Running');
});

test.each([
  ['Never', [0, 0], 'Succeeded'],
  ['Never', [0, 1], 'Failed'],
  ['OnFailure', [0], 'Succeeded'],
  ['OnFailure', [1], 'Running'],
  ['Always', [0], 'Running'],
] as const)('%s with exit codes %j: %s', (policy, codes, phase) => {
  const containers = codes.map((code, index) => container(String(index), ended(code)));
  const status = podStatus(pod(policy), { containers }, undefined, NOW);
  expect(status.phase).toBe(phase);
  if (phase === 'Succeeded') expect(conditionOf(status, 'Ready')?.reason).toBe('PodCompleted');
});

test('a pod waits for its init containers, one that fails for good fails it', () => {
  const containers = [container('main', { waiting: { reason: 'PodInitializing' } })];
  const inits = (exitCode: number) => [container('first', ended(exitCode)), container('second', running)];
  const status = podStatus(pod(), { inits: inits(0), containers }, undefined, NOW);
  expect(status).toMatchObject({ phase: 'Pending', initContainerStatuses: [{ ready: true }, { ready: false }] });
  expect(conditionOf(status, 'Initialized')).toMatchObject({
    status: 'False',
    reason: 'ContainersNotInitialized',
    message: 'containers with incomplete status: [second]',
  });
  expect(podStatus(pod('Never'), { inits: inits(1), containers }, undefined, NOW).phase).toBe('Failed');
  expect(podStatus(pod('Always'), { inits: inits(1), containers }, undefined, NOW).phase).toBe('Pending');
});
