import { describe, expect, it } from 'vitest';
import { type Phase, PRINTABLE_STATUSES, type VirtualMachine, type VirtualMachineInstance } from '#libs/kubevirt';
import { stateOf } from '../vms/vm-states.js';
import { whyStopped } from './fences.js';

const PHASES: Phase[] = ['', 'Pending', 'Scheduling', 'Scheduled', 'Running', 'Succeeded', 'Failed', 'WaitingForSync'];
const BEFORE = ['', 'Pending', 'Scheduling', 'Scheduled', 'WaitingForSync'];

const vm = (printableStatus: (typeof PRINTABLE_STATUSES)[number]): VirtualMachine => ({
  metadata: { name: 'demo', uid: 'vm-1' },
  spec: { running: true, template: { spec: { domain: {} } } },
  status: { printableStatus },
});
const vmi = (phase: Phase, deleted: boolean): VirtualMachineInstance => ({
  metadata: { name: 'demo', uid: 'vmi-1', ...(deleted && { deletionTimestamp: '2026-01-01T00:00:00Z' }) },
  spec: { domain: {} },
  status: { phase },
});

describe('why there is no console', () => {
  const rows = PRINTABLE_STATUSES.flatMap((told) =>
    PHASES.flatMap((phase) => [true, false].map((deleted) => ({ told, phase, deleted }))),
  );

  it.each(rows)('VM $told, instance $phase, deleted $deleted', ({ told, phase, deleted }) => {
    const why = whyStopped(stateOf(vm(told), vmi(phase, deleted)), 'demo');
    if (phase === 'Running' && !deleted) expect(why).toBeUndefined();
    else if (['Succeeded', 'Failed'].includes(phase)) expect(why).not.toMatch(/is stopping|Running|Paused|Migrating/);
    else if (deleted) expect(why).toBe('demo is stopping.');
    else expect(why).toMatch(/^demo (is starting|is not running \((Err\w+|DataVolumeError|Image\w+)\))\.$/);
    if (BEFORE.includes(phase) && !deleted && told === 'Running') expect(why).toBe('demo is starting.');
  });

  it('names a machine that is gone, or another one under its name', () => {
    expect(whyStopped(stateOf(undefined, undefined), 'demo')).toBe('demo does not exist.');
    expect(whyStopped(stateOf(vm('Running'), vmi('Running', false)), 'demo', 'vm-0')).toMatch(/deleted and created/);
  });
});
