import { describe, expect, it } from 'vitest';
import { computePrintableStatus, runStrategyOf } from './status.js';
import {
  type InstanceStatus,
  type PrintableStatus,
  type VirtualMachine,
  type VirtualMachineInstance,
} from './types.js';

const vm = (over: Partial<VirtualMachine> = {}): VirtualMachine => ({
  metadata: { name: 'demo' },
  spec: { running: true, template: { spec: { domain: {} } } },
  ...over,
});
const vmi = (status: InstanceStatus, deleted = false): VirtualMachineInstance => ({
  metadata: { name: 'demo', ...(deleted ? { deletionTimestamp: '2026-01-01T00:00:00Z' } : {}) },
  spec: { domain: {} },
  status,
});
const paused: InstanceStatus = { phase: 'Running', conditions: [{ type: 'Paused', status: 'True' }] };
const failing = (reason: string): InstanceStatus => ({
  phase: 'Scheduling',
  conditions: [{ type: 'Synchronized', status: 'False', reason }],
});
const crashed = vm({ status: { startFailure: { consecutiveFailCount: 1 } } });

describe('computePrintableStatus', () => {
  it.each<[PrintableStatus, VirtualMachine, VirtualMachineInstance | undefined]>([
    ['Terminating', vm({ metadata: { deletionTimestamp: '2026-01-01T00:00:00Z' } }), vmi({ phase: 'Running' })],
    ['Stopping', vm(), vmi({ phase: 'Running' }, true)],
    ['Migrating', vm(), vmi({ phase: 'Running', migrationState: { startTimestamp: '2026-01-01T00:00:00Z' } })],
    ['Running', vm(), vmi({ phase: 'Running', migrationState: { completed: true } })],
    ['Paused', vm(), vmi(paused)],
    ['Running', vm(), vmi({ phase: 'Running' })],
    ['ErrorUnschedulable', vm(), vmi(failing('Unschedulable'))],
    ['ErrorPvcNotFound', vm(), vmi(failing('FailedPvcNotFound'))],
    ['ErrImagePull', vm(), vmi(failing('ErrImagePull'))],
    ['ImagePullBackOff', vm(), vmi(failing('ImagePullBackOff'))],
    ['Starting', vm(), vmi({ phase: 'Scheduled' })],
    ['Starting', vm(), vmi({})],
    ['CrashLoopBackOff', crashed, undefined],
    ['Stopped', vm(), undefined],
    ['Stopped', vm(), vmi({ phase: 'Succeeded' }, true)],
    ['WaitingForReceiver', vm(), vmi({ phase: 'WaitingForSync' })],
    ['Unknown', vm(), vmi({ phase: 'Unknown' })],
  ])('says %s', (status, machine, instance) => {
    expect(computePrintableStatus(machine, instance)).toBe(status);
  });
});

describe('runStrategyOf', () => {
  const template = { spec: { domain: {} } };
  it('reads the deprecated spec.running', () => {
    expect(runStrategyOf(vm())).toBe('Always');
    expect(runStrategyOf(vm({ spec: { running: false, template } }))).toBe('Halted');
  });
  it('is halted where nothing is said', () => {
    expect(runStrategyOf(vm({ spec: { template } }))).toBe('Halted');
    expect(runStrategyOf(vm({ spec: { runStrategy: 'Once', template } }))).toBe('Once');
  });
});
