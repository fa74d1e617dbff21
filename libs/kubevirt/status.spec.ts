import { describe, expect, it } from 'vitest';
import { computePrintableStatus, currentStatus, runStrategyOf, statusGroup } from './status.js';
import {
  type InstanceStatus,
  type Phase,
  PRINTABLE_STATUSES,
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

describe('currentStatus', () => {
  const PHASES: Phase[] = [
    '',
    'Pending',
    'Scheduling',
    'Scheduled',
    'Running',
    'Succeeded',
    'Failed',
    'WaitingForSync',
    'Unknown',
  ];
  const before = ['', 'Pending', 'Scheduling', 'Scheduled', 'WaitingForSync'];
  const final = ['Succeeded', 'Failed'];
  const starts = (status: string): boolean => /^(Err|DataVolumeError|Image|Prov|Waiting|Starting)/.test(status);
  const rows = [undefined, ...PRINTABLE_STATUSES].flatMap((told) =>
    PHASES.flatMap((phase) => [true, false].map((deleted) => ({ told, phase, deleted }))),
  );

  it.each(rows)('VM $told, instance $phase, deleted $deleted', ({ told, phase, deleted }) => {
    const machine = vm({ status: told === undefined ? {} : { printableStatus: told } });
    const status = currentStatus(machine, vmi({ phase }, deleted));
    if (final.includes(phase)) expect(['Running', 'Paused', 'Migrating', 'Stopping']).not.toContain(status);
    else if (deleted) expect(status).toBe('Stopping');
    else if (before.includes(phase)) expect(status).toSatisfy(starts);
    else expect(status).toBe(phase);
    // KubeVirt knows better why it does not start.
    if (told && starts(told) && before.includes(phase) && !deleted) expect(status).toBe(told);
  });

  it.each<[string, PrintableStatus, VirtualMachine | undefined, VirtualMachineInstance | undefined]>([
    ['a volume is prepared', 'Provisioning', vm({ status: { printableStatus: 'Provisioning' } }), undefined],
    ['its instance has just gone', 'Stopped', vm({ status: { printableStatus: 'Running' } }), undefined],
    ['it crashed', 'CrashLoopBackOff', vm({ status: { printableStatus: 'CrashLoopBackOff' } }), undefined],
    ['it was paused a moment ago', 'Paused', vm({ status: { printableStatus: 'Running' } }), vmi(paused)],
    ['an instance without a VM', 'Starting', undefined, vmi({ phase: 'Scheduled' })],
    ['an instance without a VM that ends', 'Stopping', undefined, vmi({ phase: 'Running' }, true)],
    [
      'a VM that is deleted',
      'Terminating',
      vm({ metadata: { deletionTimestamp: 'now' }, status: { printableStatus: 'Running' } }),
      vmi({ phase: 'Running' }, true),
    ],
  ])('%s: %s', (_, status, machine, instance) => expect(currentStatus(machine, instance)).toBe(status));

  it('keeps a word that a newer KubeVirt says', () => {
    const printableStatus = 'Hibernating' as PrintableStatus;
    expect(currentStatus(vm({ status: { printableStatus } }), undefined)).toBe('Hibernating');
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

it.each([
  ['Running', 'running'],
  ['Migrating', 'running'],
  ['Paused', 'paused'],
  ['Terminating', 'stopping'],
  ['Stopping', 'stopping'],
  ['Stopped', 'stopped'],
  ['Starting', 'starting'],
  ['Provisioning', 'starting'],
  ['WaitingForReceiver', 'starting'],
  ['WaitingForVolumeBinding', 'starting'],
  ['ErrorPvcNotFound', 'failing'],
  ['ErrorUnschedulable', 'failing'],
  ['DataVolumeError', 'failing'],
  ['ErrImagePull', 'failing'],
  ['ImagePullBackOff', 'failing'],
  ['CrashLoopBackOff', 'failing'],
  ['Unknown', 'failing'],
  ['StatusOfANewerKubeVirt', 'failing'],
  ['constructor', 'failing'],
])('statusGroup(%s) is %s', (status, group) => expect(statusGroup(status)).toBe(group));
