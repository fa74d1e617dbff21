import { expect, test } from 'vitest';
import { type ContainerState, type ContainerStatus } from './pod.js';
import { podStatus } from './status.js';

const NOW = new Date('2026-01-02T03:04:05.678Z');
const LATER = new Date('2026-01-02T03:05:05Z');

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
  const status = podStatus([container('a', running, { ready: true }), waiting], undefined, NOW);
  expect(status).toMatchObject({ phase: 'Pending', podIP: '127.0.0.1', startTime: '2026-01-02T03:04:05Z' });
  expect(conditionOf(status, 'Ready')).toMatchObject({
    status: 'False',
    reason: 'ContainersNotReady',
    message: 'containers with unready status: [b]',
  });
});

test('a pod is Ready when all containers are', () => {
  const status = podStatus([container('a', running, { ready: true })], undefined, NOW);
  expect(status.phase).toBe('Running');
  expect(conditionOf(status, 'Ready')).toEqual({
    type: 'Ready',
    status: 'True',
    lastTransitionTime: '2026-01-02T03:04:05Z',
  });
});

test('times move only on flips', () => {
  const first = podStatus([container('a', running, { ready: true })], undefined, NOW);
  expect(podStatus([container('a', running, { ready: true })], first, LATER)).toEqual(first);
  const flipped = podStatus([container('a', running)], first, LATER);
  expect(conditionOf(flipped, 'Ready')?.lastTransitionTime).toBe('2026-01-02T03:05:05Z');
  expect(conditionOf(flipped, 'PodScheduled')?.lastTransitionTime).toBe('2026-01-02T03:04:05Z');
});

test('a container that waits for its next start keeps the pod Running', () => {
  const backOff = container('a', { waiting: { reason: 'CrashLoopBackOff' } }, { lastState: ended(1) });
  expect(podStatus([backOff], undefined, NOW).phase).toBe('Running');
});

test('a container that has ended, whatever its exit code, leaves the pod Running', () => {
  expect(podStatus([container('a', ended(0))], undefined, NOW).phase).toBe('Running');
});
