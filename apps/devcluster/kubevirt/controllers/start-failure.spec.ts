import { describe, expect, it } from 'vitest';
import { type Phase, type VirtualMachine, type VirtualMachineInstance } from '#libs/kubevirt';
import { planMachine } from './machine-plan.js';
import { startFailure, waitsFor } from './start-failure.js';

const NOW = '2026-01-05T12:00:00Z';
const LATER = '2026-01-05T12:00:10Z';
const spec = { runStrategy: 'Always' as const, template: { spec: { domain: {} } } };
const vm = (status?: VirtualMachine['status']): VirtualMachine => ({
  metadata: { name: 'demo', uid: 'vm-1', finalizers: ['kubevirt.io/virtualMachineControllerFinalize'] },
  spec,
  ...(status ? { status } : {}),
});
const vmi = (uid: string, ...phases: Phase[]): VirtualMachineInstance => ({
  metadata: {
    name: 'demo',
    uid,
    ownerReferences: [{ apiVersion: 'v1', kind: 'VirtualMachine', name: 'demo', uid: 'vm-1' }],
  },
  spec: { domain: {} },
  status: {
    phase: phases.at(-1) ?? 'Pending',
    phaseTransitionTimestamps: phases.map((phase) => ({ phase, phaseTransitionTimestamp: NOW })),
  },
});

describe('a VM whose instances fail before they run', () => {
  it('counts them, once each, and waits longer each time', () => {
    const first = startFailure(vm(), vmi('a', 'Scheduled', 'Failed'), 'Always', NOW);
    expect(first).toEqual({ consecutiveFailCount: 1, lastFailedVMIUID: 'a', retryAfterTimestamp: LATER });
    const status = { startFailure: first ?? {} };
    expect(startFailure(vm(status), vmi('a', 'Scheduled', 'Failed'), 'Always', LATER)).toEqual(first);
    expect(startFailure(vm(status), vmi('b', 'Scheduled'), 'Always', LATER)).toEqual(first);
    const second = startFailure(vm(status), vmi('b', 'Scheduled', 'Failed'), 'Always', NOW);
    expect(second).toMatchObject({ consecutiveFailCount: 2, retryAfterTimestamp: '2026-01-05T12:00:40Z' });
    const old = { startFailure: { consecutiveFailCount: 90 } };
    expect(startFailure(vm(old), vmi('c', 'Failed'), 'Always', NOW)?.retryAfterTimestamp).toBe('2026-01-05T12:05:00Z');
  });

  it('forgets them when one runs, or when nobody wants it to run', () => {
    const old = { startFailure: { consecutiveFailCount: 3 } };
    expect(startFailure(vm(old), vmi('d', 'Scheduled', 'Running'), 'Always', NOW)).toBeUndefined();
    expect(startFailure(vm(old), undefined, 'Halted', NOW)).toBeUndefined();
    expect(startFailure(vm(), vmi('d', 'Running', 'Failed'), 'Always', NOW)).toBeUndefined();
  });

  it('is CrashLoopBackOff until the next one may be made', () => {
    const failed = vm({ startFailure: { consecutiveFailCount: 1, lastFailedVMIUID: 'a', retryAfterTimestamp: LATER } });
    const plan = planMachine(failed, undefined, NOW);
    expect(plan).toMatchObject({ instance: 'keep', wait: 10_000, status: { printableStatus: 'CrashLoopBackOff' } });
    expect(planMachine(failed, undefined, LATER)).toMatchObject({ instance: 'create' });
    expect(planMachine(failed, undefined, LATER)).not.toHaveProperty('wait');
    expect(waitsFor(undefined, NOW)).toBe(0);
  });
});
