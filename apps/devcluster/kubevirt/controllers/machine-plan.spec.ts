import { describe, expect, it } from 'vitest';
import {
  type InstanceStatus,
  type RunStrategy,
  type StateChangeRequest,
  type VirtualMachine,
  type VirtualMachineInstance,
} from '#libs/kubevirt';
import { FINALIZER, planMachine } from './machine-plan.js';

const NOW = '2026-01-05T12:00:00Z';

interface Shape {
  strategy?: RunStrategy;
  running?: boolean;
  /** The strategy that was in force at the last look. */
  seen?: RunStrategy;
  requests?: StateChangeRequest[];
  deleted?: boolean;
}

function vm({ strategy, running, seen, requests, deleted }: Shape): VirtualMachine {
  return {
    metadata: {
      name: 'demo',
      namespace: 'ns',
      uid: 'vm-1',
      generation: 3,
      finalizers: [FINALIZER],
      ...(deleted ? { deletionTimestamp: NOW } : {}),
    },
    spec: {
      ...(strategy === undefined ? {} : { runStrategy: strategy }),
      ...(running === undefined ? {} : { running }),
      template: { spec: { domain: {} } },
    },
    status: {
      ...(seen === undefined ? {} : { runStrategy: seen }),
      ...(requests === undefined ? {} : { stateChangeRequests: requests }),
    },
  };
}

const vmi = (
  phase: InstanceStatus['phase'] & string,
  { leaving = false, owner = 'vm-1' } = {},
): VirtualMachineInstance => ({
  metadata: {
    name: 'demo',
    uid: 'vmi-1',
    ...(leaving ? { deletionTimestamp: NOW } : {}),
    ownerReferences: [{ apiVersion: 'kubevirt.io/v1', kind: 'VirtualMachine', name: 'demo', uid: owner }],
  },
  spec: { domain: {} },
  status: { phase, conditions: [{ type: 'Ready', status: phase === 'Running' ? 'True' : 'False' }] },
});

const STOP: StateChangeRequest = { action: 'Stop', uid: 'vmi-1' };
const START: StateChangeRequest = { action: 'Start' };

describe('planMachine', () => {
  it.each<[string, Shape, VirtualMachineInstance | undefined, 'create' | 'delete' | 'keep', StateChangeRequest[]?]>([
    ['running: true without an instance', { running: true }, undefined, 'create'],
    ['running: true with one', { running: true }, vmi('Running'), 'keep'],
    ['running: true whose instance powered off', { running: true }, vmi('Succeeded'), 'delete'],
    ['running: false', { running: false }, vmi('Running'), 'delete'],
    ['running: false whose instance is leaving', { running: false }, vmi('Running', { leaving: true }), 'keep'],
    ['running: false without an instance', { running: false }, undefined, 'keep'],
    ['Always', { strategy: 'Always' }, undefined, 'create'],
    ['Halted', { strategy: 'Halted' }, vmi('Running'), 'delete'],
    ['Manual', { strategy: 'Manual' }, undefined, 'keep'],
    ['Manual, powered off', { strategy: 'Manual' }, vmi('Succeeded'), 'keep'],
    ['Manual, start', { strategy: 'Manual', requests: [START] }, undefined, 'create'],
    ['Manual, stop', { strategy: 'Manual', requests: [STOP] }, vmi('Running'), 'delete', [STOP]],
    ['Manual, stop done', { strategy: 'Manual', requests: [STOP] }, undefined, 'keep'],
    ['restart, first half', { strategy: 'Manual', requests: [STOP, START] }, vmi('Running'), 'delete', [STOP, START]],
    ['restart, second half', { strategy: 'Manual', requests: [STOP, START] }, undefined, 'create'],
    ['Once, never started', { strategy: 'Once' }, undefined, 'create'],
    ['Once, after its run', { strategy: 'Once', seen: 'Once' }, undefined, 'keep'],
    ['RerunOnFailure, new', { strategy: 'RerunOnFailure' }, undefined, 'create'],
    ['RerunOnFailure, stopped', { strategy: 'RerunOnFailure', seen: 'RerunOnFailure' }, undefined, 'keep'],
    ['RerunOnFailure, powered off', { strategy: 'RerunOnFailure' }, vmi('Succeeded'), 'keep'],
    ['RerunOnFailure, failed', { strategy: 'RerunOnFailure' }, vmi('Failed'), 'delete', [START]],
    ['deleted', { running: true, deleted: true }, vmi('Running'), 'delete'],
    ['deleted, instance gone', { running: true, deleted: true }, undefined, 'keep'],
  ])('%s', (_, shape, instance, action, requests) => {
    const plan = planMachine(vm(shape), instance, NOW);
    expect(plan.instance).toBe(action);
    expect(plan.status.stateChangeRequests).toEqual(requests);
  });

  it('starts a halted VM paused when that was asked for, and makes its spec say so', () => {
    const requests: StateChangeRequest[] = [{ action: 'Start', data: { paused: 'true' } }];
    expect(planMachine(vm({ strategy: 'Halted', requests }), undefined, NOW)).toMatchObject({
      instance: 'create',
      paused: true,
      setRunning: true,
    });
  });

  it('lets a deleted VM go once its instance is gone, not before', () => {
    expect(planMachine(vm({ running: true, deleted: true }), vmi('Running'), NOW).finalizer).toBe('keep');
    expect(planMachine(vm({ running: true, deleted: true }), undefined, NOW).finalizer).toBe('remove');
    const fresh = vm({ running: true });
    delete fresh.metadata.finalizers;
    expect(planMachine(fresh, undefined, NOW).finalizer).toBe('add');
  });

  it('writes the status of what it sees', () => {
    expect(planMachine(vm({ running: true }), vmi('Running'), NOW).status).toEqual({
      created: true,
      ready: true,
      printableStatus: 'Running',
      runStrategy: 'Always',
      observedGeneration: 3,
      desiredGeneration: 3,
      conditions: [{ type: 'Ready', status: 'True', lastProbeTime: null, lastTransitionTime: NOW }],
    });
  });

  it('is the same at a second look: nothing to write', () => {
    const machine = vm({ running: true });
    const first = planMachine(machine, vmi('Running'), NOW).status;
    expect(planMachine({ ...machine, status: first }, vmi('Running'), '2026-01-06T00:00:00Z').status).toEqual(first);
  });

  it('moves the transition time only when the status flips', () => {
    const machine = vm({ running: true });
    const first = planMachine(machine, vmi('Running'), NOW).status;
    const later = planMachine({ ...machine, status: first }, undefined, '2026-01-06T00:00:00Z').status;
    expect(later.conditions).toMatchObject([{ status: 'False', lastTransitionTime: '2026-01-06T00:00:00Z' }]);
  });
});
