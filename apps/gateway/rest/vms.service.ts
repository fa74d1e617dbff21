import { type GateSession, type MissingRight, type Vm, type VmAction, type VmList } from '#libs/api';
import { isKubeError, KubeError, types, type UserClient } from '#libs/kube';
import { subresourcePath, type VirtualMachine, type VirtualMachineInstance } from '#libs/kubevirt';
import { Refusal, type RefusalCode } from '../http/refusal.js';
import { Rules } from './rules.js';
import { Viewers } from './viewers.js';
import { actionResource, vmView } from './vm-view.js';

const LIST_INSTANCES: MissingRight = { verb: 'list', resource: 'virtualmachineinstances' };
const GET_INSTANCE: MissingRight = { verb: 'get', resource: 'virtualmachineinstances' };
const LIST_SESSIONS: MissingRight = { verb: 'list', resource: 'gatesessions' };
/** A PNG of a screen is far smaller; anything larger is not a screenshot. */
const MAX_SCREENSHOT = 16 << 20;

/** VMs as the user sees them. Every method throws KubeError where the cluster refuses. */
export class VmsService {
  async list(client: UserClient, namespace: string): Promise<VmList> {
    const [vms, vmis, sessions, rules] = await Promise.all([
      client.list<VirtualMachine>(types.virtualMachines, namespace),
      unlessForbidden(client.list<VirtualMachineInstance>(types.virtualMachineInstances, namespace)),
      unlessForbidden(client.list<GateSession>(types.gateSessions, namespace)),
      Rules.of(client, namespace),
    ]);
    const lacks = [...lackOf(vmis, LIST_INSTANCES), ...lackOf(sessions, LIST_SESSIONS)];
    const byName = new Map(itemsOf(vmis).map((vmi) => [vmi.metadata.name, vmi]));
    const viewers = new Viewers(itemsOf(sessions));
    const view = (vm: VirtualMachine): Vm =>
      vmView(vm, { vmi: byName.get(vm.metadata.name), viewers: viewers.of(vm), lacks }, rules);
    return { items: vms.items.map(view) };
  }

  async get(client: UserClient, namespace: string, name: string): Promise<Vm> {
    const [vm, vmi, sessions, rules] = await Promise.all([
      client.get<VirtualMachine>(types.virtualMachines, name, namespace),
      unlessForbidden(client.get<VirtualMachineInstance>(types.virtualMachineInstances, name, namespace)).catch(
        (error: unknown) => {
          if (isKubeError(error, 404)) return undefined;
          throw error;
        },
      ),
      unlessForbidden(client.list<GateSession>(types.gateSessions, namespace)),
      Rules.of(client, namespace),
    ]);
    const lacks = [...lackOf(vmi, GET_INSTANCE), ...lackOf(sessions, LIST_SESSIONS)];
    const instance = vmi === 'forbidden' ? undefined : vmi;
    return vmView(vm, { vmi: instance, viewers: new Viewers(itemsOf(sessions)).of(vm), lacks }, rules);
  }

  /** KubeVirt answers 202 or 200 with no body; its 409 says why not (`VM is already running`). */
  async act(client: UserClient, namespace: string, name: string, action: VmAction): Promise<void> {
    const path = subresourcePath(namespace, name, action, { resource: actionResource(action) });
    const response = await client.request('PUT', path, { body: {} });
    await response.body.dump();
  }

  /** @returns a PNG. @throws Refusal where KubeVirt says why there is no picture */
  async screenshot(client: UserClient, namespace: string, name: string): Promise<Buffer> {
    const path = subresourcePath(namespace, name, 'vnc/screenshot');
    // Not image/png: virt-api declares no representation of a screenshot and answers 406 to anything narrower.
    const response = await client.request('GET', path, { headers: { accept: '*/*' } }).catch((error: unknown) => {
      throw noPicture(error, name) ?? error;
    });
    const chunks: Buffer[] = [];
    let size = 0;
    for await (const chunk of response.body as AsyncIterable<Buffer>) {
      size += chunk.length;
      if (size > MAX_SCREENSHOT) throw new Error('the screenshot is larger than 16 MiB');
      chunks.push(chunk);
    }
    return Buffer.concat(chunks);
  }
}

/**
 * Why there is no picture. KubeVirt tells these apart by text alone, under 500. Before release 1.7, it takes the picture
 * over the one VNC connection that a VM has (kubevirt: pkg/virt-api/rest/vnc.go).
 */
const NO_PICTURE: readonly (readonly [RegExp, RefusalCode, (vm: string) => string, hint: string])[] = [
  [
    /Active VNC connection/,
    409,
    (vm) => `Someone is connected to the screen of ${vm}, so no screenshot can be taken.`,
    'Try again after they close it.',
  ],
  [/not found\s*$/, 404, (vm) => `${vm} is not running, or does not exist.`, 'Start it, or check its name.'],
  [
    /VMI is not running/,
    409,
    (vm) => `${vm} is not running, so no screenshot can be taken.`,
    'Try again when it is running.',
  ],
  [
    /No graphics devices are present/,
    404,
    (vm) => `${vm} has no graphics device, so no screenshot can be taken.`,
    'Use its serial console.',
  ],
];

function noPicture(error: unknown, vm: string): Refusal | undefined {
  if (!(error instanceof KubeError) || error.code !== 500) return undefined;
  const [, code, what, hint] = NO_PICTURE.find(([text]) => text.test(error.message)) ?? [];
  return code && what && new Refusal(code, what(vm), hint);
}

/** They asked for the VMs: what else they may not see leaves gaps, which the view names. */
async function unlessForbidden<T>(answer: Promise<T>): Promise<T | 'forbidden'> {
  return answer.catch((error: unknown) => {
    if (isKubeError(error, 403)) return 'forbidden';
    throw error;
  });
}

function lackOf(answer: unknown, right: MissingRight): MissingRight[] {
  return answer === 'forbidden' ? [right] : [];
}

function itemsOf<T>(list: { items: T[] } | 'forbidden'): T[] {
  return list === 'forbidden' ? [] : list.items;
}
