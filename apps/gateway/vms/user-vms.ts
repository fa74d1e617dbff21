import { Injectable } from '@nestjs/common';
import { isKubeError, types, type UserClient, UserClients } from '#libs/kube';
import { type VirtualMachine, type VirtualMachineInstance } from '#libs/kubevirt';
import { stateOf, type VmState } from './vm-states.js';

/** Where the user may not look, KubeVirt itself will say whether there is a console. */
const UNKNOWN: VmState = Object.freeze({ status: 'Unknown', running: true, has: { vnc: true, serial: true } });

/** A signed-in user, as far as Kubernetes is concerned. */
export interface TokenHolder {
  token(): string;
}

/** VMs of namespaces that are not watched, read once with the rights of the user who asks. */
@Injectable()
export class UserVms {
  constructor(private readonly clients: UserClients) {}

  /** @param user who asks; a guest has no rights of their own, so they learn nothing */
  async get(user: TokenHolder | undefined, namespace: string, vm: string): Promise<VmState> {
    if (user === undefined) return UNKNOWN;
    const client = this.clients.of(() => user.token());
    const [machine, instance] = await Promise.all([
      readOr404<VirtualMachine>(client, types.virtualMachines, vm, namespace),
      readOr404<VirtualMachineInstance>(client, types.virtualMachineInstances, vm, namespace),
    ]);
    if (machine === 'forbidden' || instance === 'forbidden') return UNKNOWN;
    return stateOf(machine, instance);
  }
}

async function readOr404<T extends VirtualMachine | VirtualMachineInstance>(
  client: UserClient,
  type: (typeof types)['virtualMachines' | 'virtualMachineInstances'],
  name: string,
  namespace: string,
): Promise<T | undefined | 'forbidden'> {
  try {
    return await client.get<T>(type, name, namespace);
  } catch (error) {
    if (isKubeError(error, 404)) return undefined;
    if (isKubeError(error, 403)) return 'forbidden';
    throw error;
  }
}
