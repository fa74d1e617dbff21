import { useMutation, useQueryClient } from '@tanstack/react-query';
import { type Vm, type VmAction } from '#libs/api';
import { keys } from '../api/query.js';
import { actOnVm } from '../api/rest.js';

/** Starts, stops, pauses ... a VM, and reads the list again in case no stream of changes is open. */
export function useVmAction(vm: Pick<Vm, 'name' | 'namespace'>) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (action: VmAction) => actOnVm(vm.namespace, vm.name, action),
    onSettled: () => client.invalidateQueries({ queryKey: keys.vms(vm.namespace) }),
  });
}
