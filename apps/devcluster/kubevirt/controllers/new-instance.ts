import { type VirtualMachine, type VirtualMachineInstance } from '#libs/kubevirt';

export const INSTANCE_FINALIZER = 'foregroundDeleteVirtualMachine';

/** The instance that a VM's template describes, with the defaults that KubeVirt fills in. */
export function newInstance(vm: VirtualMachine, paused = false): VirtualMachineInstance {
  const { name = '', namespace = '', uid = '' } = vm.metadata;
  const { metadata, spec } = vm.spec.template;
  const { domain } = spec;
  const devices = domain.devices ?? {};
  const wired = devices.autoattachPodInterface !== false && devices.interfaces === undefined;
  return {
    apiVersion: 'kubevirt.io/v1',
    kind: 'VirtualMachineInstance',
    metadata: {
      name,
      namespace,
      labels: { ...metadata?.labels, 'vm.kubevirt.io/name': name },
      ...(metadata?.annotations ? { annotations: metadata.annotations } : {}),
      finalizers: [INSTANCE_FINALIZER],
      ownerReferences: [
        { apiVersion: 'kubevirt.io/v1', kind: 'VirtualMachine', name, uid, controller: true, blockOwnerDeletion: true },
      ],
    },
    spec: {
      architecture: 'amd64',
      ...(wired ? { networks: [{ name: 'default', pod: {} }] } : {}),
      ...spec,
      ...(paused ? { startStrategy: 'Paused' as const } : {}),
      domain: {
        machine: { type: 'q35' },
        ...domain,
        devices: { ...devices, ...(wired ? { interfaces: [{ name: 'default', masquerade: {} }] } : {}) },
      },
    },
  };
}
