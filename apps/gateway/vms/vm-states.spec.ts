import { describe, expect, it } from 'vitest';
import { stateOf } from './vm-states.js';

const vm = (devices = {}) => ({
  metadata: { name: 'v', uid: 'vm-uid' },
  spec: { template: { spec: { domain: { devices } } } },
});
const vmi = (devices = {}) => ({
  metadata: { name: 'v', uid: 'vmi-uid' },
  spec: { domain: { devices } },
  status: { phase: 'Running' as const },
});

describe('the state of a VM', () => {
  it('has the consoles of its instance, else those that it would have', () => {
    expect(stateOf(vm(), vmi()).has).toEqual({ vnc: true, serial: true });
    expect(stateOf(vm(), vmi({ autoattachGraphicsDevice: false })).has).toEqual({ vnc: false, serial: true });
    expect(stateOf(vm({ autoattachSerialConsole: false }), undefined).has).toEqual({ vnc: true, serial: false });
    expect(stateOf(undefined, undefined).has).toEqual({ vnc: false, serial: false });
  });

  it('knows the machine by the UID of the VM, its consoles by that of the instance', () => {
    expect(stateOf(vm(), vmi())).toMatchObject({ uid: 'vm-uid', instance: 'vmi-uid' });
    expect(stateOf(undefined, vmi())).toMatchObject({ uid: 'vmi-uid', instance: 'vmi-uid' });
    const owner = { apiVersion: 'kubevirt.io/v1', kind: 'VirtualMachine', name: 'v', uid: 'vm-uid', controller: true };
    const owned = { ...vmi(), metadata: { ...vmi().metadata, ownerReferences: [owner] } };
    expect(stateOf(undefined, owned)).toMatchObject({ uid: 'vm-uid', instance: 'vmi-uid' });
    expect(stateOf(vm(), undefined)).not.toHaveProperty('instance');
  });
});
