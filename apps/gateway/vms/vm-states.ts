import { Inject, Injectable } from '@nestjs/common';
import { GATEWAY_CONFIG, type GatewayConfig } from '../config/config.js';
import { Watches } from '../cluster/watches.js';
import { EventEmitter } from 'node:events';
import { type Informer } from '#libs/kube';
import {
  currentStatus,
  hardwareOf,
  isRunning,
  type PrintableStatus,
  type VirtualMachine,
  type VirtualMachineInstance,
} from '#libs/kubevirt';

/** What consoles need to know about a VM. */
export interface VmState {
  /** Status of the VM as KubeVirt names it, or `NotFound`. */
  readonly status: PrintableStatus | 'NotFound';
  /** It runs, so it has consoles; so does a paused VM. */
  readonly running: boolean;
  /** UID of the VM; of its instance, where it has no VM. */
  readonly uid?: string;
  /** UID of its instance, which is another one after each start. */
  readonly instance?: string;
  /** Consoles that its hardware has, whether it runs or not. */
  readonly has: { readonly vnc: boolean; readonly serial: boolean };
}

const NOT_FOUND: VmState = Object.freeze({
  status: 'NotFound',
  running: false,
  has: { vnc: false, serial: false },
});

type Source<T extends VirtualMachine | VirtualMachineInstance> = Pick<Informer<T>, 'get' | 'on'>;

interface Sources {
  readonly vms: Source<VirtualMachine>;
  readonly vmis: Source<VirtualMachineInstance>;
}

/** The VMs of the gateway's own namespace, joined with their instances, as the watch shows them. */
@Injectable()
export class VmStates {
  readonly #changes = new EventEmitter().setMaxListeners(0);

  constructor(
    @Inject(Watches) private readonly watches: Sources,
    /** Other namespaces are not watched. */
    @Inject(GATEWAY_CONFIG) private readonly config: Pick<GatewayConfig, 'namespace'>,
  ) {
    for (const source of [watches.vms, watches.vmis]) {
      source.on('put', ({ metadata }: VirtualMachine | VirtualMachineInstance) => this.changed(metadata.name));
      source.on('delete', ({ metadata }: VirtualMachine | VirtualMachineInstance) => this.changed(metadata.name));
    }
  }

  /** @returns undefined for another namespace */
  get(namespace: string, name: string): VmState | undefined {
    if (namespace !== this.config.namespace) return undefined;
    return stateOf(this.watches.vms.get(name, namespace), this.watches.vmis.get(name, namespace));
  }

  /** The UID of its state alone, for every request. @returns undefined for another namespace, and where there is no VM */
  uidOf(namespace: string, name: string): string | undefined {
    if (namespace !== this.config.namespace) return undefined;
    return uidIn(this.watches.vms.get(name, namespace), this.watches.vmis.get(name, namespace));
  }

  /** Calls `listener` at every change of the VM or its instance. @returns stops that */
  watch(namespace: string, name: string, listener: (state: VmState) => void): () => void {
    if (namespace !== this.config.namespace) return () => undefined;
    const tell = (): void => listener(this.get(namespace, name) ?? NOT_FOUND);
    this.#changes.on(name, tell);
    return () => this.#changes.off(name, tell);
  }

  private changed(name: string | undefined): void {
    // EventEmitter throws for an unheard `error`: a VM may have that name.
    if (name !== undefined && this.#changes.listenerCount(name) > 0) this.#changes.emit(name);
  }
}

/** @returns the state of a VM and its instance, either of which may be missing */
export function stateOf(vm: VirtualMachine | undefined, vmi: VirtualMachineInstance | undefined): VmState {
  const uid = uidIn(vm, vmi);
  if (uid === undefined) return NOT_FOUND;
  const running = vmi !== undefined && isRunning(vmi) && vmi.metadata.deletionTimestamp === undefined;
  return {
    status: currentStatus(vm, vmi),
    running,
    uid,
    has: consolesOf(vmi ?? vm),
    ...(vmi?.metadata.uid && { instance: vmi.metadata.uid }),
  };
}

function uidIn(vm: VirtualMachine | undefined, vmi: VirtualMachineInstance | undefined): string | undefined {
  return vm?.metadata.uid ?? ownerOf(vmi) ?? vmi?.metadata.uid;
}

/** The watch may bring an instance before its VM: it names that by UID. */
function ownerOf(vmi: VirtualMachineInstance | undefined): string | undefined {
  return vmi?.metadata.ownerReferences?.find(({ kind, controller }) => kind === 'VirtualMachine' && controller)?.uid;
}

function consolesOf(machine: VirtualMachine | VirtualMachineInstance | undefined): VmState['has'] {
  if (machine === undefined) return NOT_FOUND.has;
  const { graphics, serial } = hardwareOf(machine);
  return { vnc: graphics, serial };
}
