import { isKubeError, type KubeClient, type ResourceType, types } from '#libs/kube';
import { type StateChangeRequest, type VirtualMachine, type VirtualMachineInstance } from '#libs/kubevirt';
import { setRunning } from '../controllers/machine-controller.js';
import { internal, notFound } from './failure.js';

/** Reads and patches of the server; each sends a new request to the API server, as KubeVirt's do. */
export class Objects {
  constructor(private readonly client: KubeClient) {}

  async vm(namespace: string, name: string): Promise<VirtualMachine> {
    const vm = await this.#find<VirtualMachine>(types.virtualMachines, namespace, name);
    if (vm === undefined) throw notFound('virtualmachine', name);
    return vm;
  }

  async vmi(namespace: string, name: string): Promise<VirtualMachineInstance> {
    const vmi = await this.findVmi(namespace, name);
    if (vmi === undefined) throw notFound('virtualmachineinstance', name);
    return vmi;
  }

  findVmi(namespace: string, name: string): Promise<VirtualMachineInstance | undefined> {
    return this.#find<VirtualMachineInstance>(types.virtualMachineInstances, namespace, name);
  }

  /** Sets whichever of spec.running and spec.runStrategy the VM has. */
  setRunning(vm: VirtualMachine, running: boolean): Promise<void> {
    return setRunning(this.client, vm, running);
  }

  /** Asks the controller for a stop, a start, or both one after the other. */
  async request(vm: VirtualMachine, requests: StateChangeRequest[]): Promise<void> {
    const { name = '', namespace, resourceVersion } = vm.metadata;
    if ((vm.status?.stateChangeRequests ?? []).length > 0 && requests[0]?.action !== 'Stop') {
      throw internal('unable to complete request: stop/start already underway');
    }
    const body = { metadata: { resourceVersion }, status: { stateChangeRequests: requests } };
    await this.client.patch(types.virtualMachines, name, namespace, body, 'merge', { subresource: 'status' });
  }

  async #find<T extends VirtualMachine | VirtualMachineInstance>(
    type: ResourceType,
    namespace: string,
    name: string,
  ): Promise<T | undefined> {
    try {
      return await this.client.get<T>(type, name, namespace);
    } catch (error) {
      if (isKubeError(error, 404)) return undefined;
      throw error;
    }
  }
}
