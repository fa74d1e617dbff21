import { describe, expect, it } from 'vitest';
import { type VirtualMachineInstance } from '#libs/kubevirt';
import { instanceStatus } from './instance-status.js';
import { newInstance } from './new-instance.js';

const NOW = '2026-01-05T12:00:00Z';
const vmi: VirtualMachineInstance = { metadata: { uid: 'u-1' }, spec: { domain: {} } };

describe('instanceStatus', () => {
  it('has a node and an address once it runs, not before', () => {
    expect(instanceStatus(vmi, { phase: 'Pending', paused: false }, NOW)).toMatchObject({
      phase: 'Pending',
      interfaces: [],
    });
    expect(instanceStatus(vmi, { phase: 'Pending', paused: false }, NOW)).not.toHaveProperty('nodeName');
    const running = instanceStatus(vmi, { phase: 'Running', paused: false }, NOW);
    expect(running).toMatchObject({ nodeName: 'local', conditions: [{ type: 'Ready', status: 'True' }] });
    expect(running.interfaces?.[0]?.ipAddress).toMatch(/^10\.244\.\d+\.\d+$/);
  });

  it('says that it is paused, and no more when it is not', () => {
    const paused = instanceStatus(vmi, { phase: 'Running', paused: true }, NOW);
    expect(paused.conditions?.map(({ type, status }) => [type, status])).toEqual([
      ['Ready', 'False'],
      ['Paused', 'True'],
    ]);
    const status = instanceStatus({ ...vmi, status: paused }, { phase: 'Running', paused: false }, NOW);
    expect(status.conditions?.map(({ type }) => type)).toEqual(['Ready']);
  });

  it('says why a machine failed', () => {
    const failed = instanceStatus(vmi, { phase: 'Failed', paused: false, failure: 'no room' }, NOW);
    expect(failed.conditions).toContainEqual(
      expect.objectContaining({ type: 'Synchronized', status: 'False', message: 'no room' }),
    );
  });

  it('is the same at a second look: nothing to write', () => {
    const first = instanceStatus(vmi, { phase: 'Running', paused: false }, NOW);
    expect(
      instanceStatus({ ...vmi, status: first }, { phase: 'Running', paused: false }, '2027-01-01T00:00:00Z'),
    ).toEqual(first);
  });
});

describe('newInstance', () => {
  const template = { metadata: { labels: { app: 'x' } }, spec: { domain: { devices: { disks: [] } }, volumes: [] } };
  const made = newInstance({ metadata: { name: 'demo', namespace: 'ns', uid: 'vm-1' }, spec: { template } });

  it('is owned by its VM and waits for its machine to stop before it goes', () => {
    expect(made.metadata).toMatchObject({
      name: 'demo',
      namespace: 'ns',
      labels: { app: 'x', 'vm.kubevirt.io/name': 'demo' },
      finalizers: ['foregroundDeleteVirtualMachine'],
      ownerReferences: [{ kind: 'VirtualMachine', name: 'demo', uid: 'vm-1', controller: true }],
    });
  });

  it('has a network unless it is switched off', () => {
    expect(made.spec.domain.devices).toEqual({ disks: [], interfaces: [{ name: 'default', masquerade: {} }] });
    const devices = { autoattachPodInterface: false };
    const off = newInstance({ metadata: {}, spec: { template: { spec: { domain: { devices } } } } });
    expect(off.spec.domain.devices).toEqual(devices);
    expect(off.spec.networks).toBeUndefined();
  });
});
