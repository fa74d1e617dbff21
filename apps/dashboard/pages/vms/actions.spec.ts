import { describe, expect, it } from 'vitest';
import { type Vm, type VmAction } from '#libs/api';
import { type Phase, type PrintableStatus } from '#libs/kubevirt';
import { actionsOf, mayStart } from './actions.js';

const may = { start: true, stop: true, restart: true, pause: true, unpause: true };
const vm = (status: string): Vm => ({ status, may }) as Vm;
const offered = (status: string): VmAction[] => actionsOf(vm(status)).map(({ action }) => action);

const TABLE: Record<PrintableStatus, VmAction[]> = {
  Terminating: [],
  Stopping: [],
  Migrating: ['stop'],
  Paused: ['unpause', 'restart', 'stop'],
  Running: ['pause', 'restart', 'stop'],
  ErrorPvcNotFound: ['stop'],
  DataVolumeError: ['stop'],
  ErrorUnschedulable: ['stop'],
  Provisioning: ['stop'],
  WaitingForVolumeBinding: ['stop'],
  ErrImagePull: ['stop'],
  ImagePullBackOff: ['stop'],
  Starting: ['stop'],
  CrashLoopBackOff: ['stop'],
  Stopped: ['start'],
  WaitingForReceiver: ['stop'],
  Unknown: ['stop'],
};

describe('the actions that a VM offers', () => {
  it.each(Object.entries(TABLE))('%s: %j', (status, actions) => {
    expect(offered(status)).toEqual(actions);
    expect(mayStart(vm(status))).toBe(status === 'Stopped');
  });

  // A phase is never the status of a VM, nor is a run strategy: the page treats each as a status of a newer KubeVirt.
  const phases: Phase[] = ['Pending', 'Scheduling', 'Scheduled', 'Succeeded', 'Failed'];
  it.each([...phases, 'Halted', 'SomethingNew'])('%s, which KubeVirt never reports as a status', (status) => {
    expect(offered(status)).toEqual(['stop']);
  });

  it('disables what the user may not do', () => {
    const stopped = { status: 'Stopped', may: { ...may, start: false } } as Vm;
    expect(actionsOf(stopped)).toEqual([{ action: 'start', allowed: false }]);
    expect(mayStart(stopped)).toBe(false);
  });
});
