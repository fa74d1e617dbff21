import { describe, expect, it } from 'vitest';
import { currentStatus, hardwareOf, type Phase, PRINTABLE_STATUSES } from '#libs/kubevirt';
import { states } from '#libs/kubevirt/testing';
import { type ConsoleAccess, obstacle } from './access.js';

const access = (vmStatus: string, has = { vnc: true, serial: true }): ConsoleAccess => ({
  who: 'guest',
  vmStatus,
  allowed: { vnc: true, serial: true },
  has,
  busy: {},
  takeOver: false,
  viewOnly: false,
  may: { start: false, unpause: false },
});
const why = (one: ConsoleAccess, kind: 'vnc' | 'serial' = 'vnc') =>
  obstacle(one, kind, 0, { takeOver: false, paused: false });

describe('what the console page says', () => {
  const PHASES: Phase[] = [
    '',
    'Pending',
    'Scheduling',
    'Scheduled',
    'Running',
    'Succeeded',
    'Failed',
    'WaitingForSync',
  ];
  const rows = PRINTABLE_STATUSES.flatMap((told) =>
    PHASES.flatMap((phase) => [true, false].map((deleted) => ({ told, phase, deleted }))),
  );

  it.each(rows)('VM $told, instance $phase, deleted $deleted', ({ told, phase, deleted }) => {
    const spec = { running: true, template: { spec: { domain: {} } } };
    const vm = { metadata: {}, spec, status: { printableStatus: told } };
    const metadata = deleted ? { deletionTimestamp: '2026-01-01T00:00:00Z' } : {};
    const said = why(access(currentStatus(vm, { metadata, spec: { domain: {} }, status: { phase } })));
    if (['Succeeded', 'Failed'].includes(phase)) expect(['stopped', 'starting', 'broken']).toContain(said);
    else if (deleted) expect(said).toBe('stopping');
    else if (phase === 'Running') expect(said).toBeUndefined();
    else expect(said).toBe(/^(Err|Image|DataVolumeError)/.test(told) ? 'broken' : 'starting');
  });

  it.each([
    ['run', undefined, undefined],
    ['paused', 'paused', 'paused'],
    ['halted', 'stopped', 'stopped'],
    ['starting', 'starting', 'starting'],
    ['failed', 'stopped', 'stopped'],
    ['blind', 'noConsole', undefined],
    ['mute', undefined, 'noConsole'],
  ] as const)('of a VM like %s: screen %s, serial %s', (name, vnc, serial) => {
    const { vm, vmi } = states('ns')[name];
    const machine = vmi ?? vm;
    const { graphics = false, serial: port = false } = machine ? hardwareOf(machine) : {};
    const one = access(currentStatus(vm, vmi), { vnc: graphics, serial: port });
    expect([why(one), why(one, 'serial')]).toEqual([vnc, serial]);
  });

  it('of an absent VM', () => expect(why(access('NotFound'))).toBe('missing'));
});
