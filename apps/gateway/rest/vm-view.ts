import { type Condition, type GateSession, GROUP, type MissingRight, type Vm, type VmAction } from '#libs/api';
import {
  currentStatus,
  hardwareOf,
  isRunning,
  statusGroup,
  type StatusGroup,
  SUBRESOURCE_GROUP,
  type VirtualMachine,
  type VirtualMachineInstance,
  type VmCondition,
} from '#libs/kubevirt';
import { who } from './gatesession-view.js';
import { present } from './gatetoken-view.js';
import { type Rules } from './rules.js';

const RUNNING: readonly string[] = ['running', 'paused'] satisfies StatusGroup[];
const ACTIONS = ['start', 'stop', 'restart', 'pause', 'unpause'] as const;

/** pause and unpause are the instance's, the others the VM's (KubeVirt's subresource API). */
export function actionResource(action: VmAction): 'virtualmachines' | 'virtualmachineinstances' {
  return action === 'pause' || action === 'unpause' ? 'virtualmachineinstances' : 'virtualmachines';
}

/** What a VM is joined with. */
export interface Joined {
  /** Undefined: it has none, or the right to see it is among `lacks`. */
  vmi: VirtualMachineInstance | undefined;
  /** Its active sessions. */
  viewers: readonly GateSession[];
  /** Rights without which the above is unknown. */
  lacks: readonly MissingRight[];
}

/** A VM joined with its instance, the consoles on it and what the user may do. */
export function vmView(vm: VirtualMachine, { vmi, viewers, lacks }: Joined, rules: Rules): Vm {
  const name = vm.metadata.name ?? '';
  const status = statusOf(vm, vmi, lacks);
  // Of an instance that the user may not see, the VM's own status tells whether it runs.
  const running = vmi ? isRunning(vmi) : RUNNING.includes(statusGroup(status));
  const hardware = hardwareOf(vmi ?? vm);
  const domain = (vmi?.spec ?? vm.spec.template.spec).domain;
  return {
    name,
    namespace: vm.metadata.namespace ?? '',
    uid: vm.metadata.uid ?? '',
    created: vm.metadata.creationTimestamp ?? '',
    status,
    ready: vm.status?.ready ?? false,
    ips: (vmi?.status?.interfaces ?? []).flatMap((one) => one.ipAddresses ?? (one.ipAddress ? [one.ipAddress] : [])),
    conditions: (vm.status?.conditions ?? []).map(toCondition),
    consoles: { vnc: running && hardware.graphics, serial: running && hardware.serial },
    viewers: viewers.map((session) => ({
      session: session.metadata.name ?? '',
      kind: session.spec.kind,
      who: who(session),
      since: session.status?.started ?? session.metadata.creationTimestamp ?? '',
    })),
    may: may(rules, name),
    lacks: [...lacks],
    ...present('node', vmi?.status?.nodeName),
    cpu: hardware.cpus,
    ...present('memory', asText(domain?.memory?.guest ?? domain?.resources?.requests?.memory)),
    ...present('os', vmi?.status?.guestOSInfo?.prettyName),
  };
}

function statusOf(vm: VirtualMachine, vmi: Joined['vmi'], lacks: Joined['lacks']): string {
  const hidden = lacks.some(({ resource }) => resource === 'virtualmachineinstances');
  return hidden ? (vm.status?.printableStatus ?? 'Unknown') : currentStatus(vm, vmi);
}

function asText(quantity: string | number | undefined): string | undefined {
  return quantity === undefined ? undefined : String(quantity);
}

/** KubeVirt's conditions may lack what metav1.Condition requires. */
function toCondition({ type, status, reason, message, lastTransitionTime }: VmCondition): Condition {
  return {
    type,
    status,
    reason: reason ?? '',
    message: message ?? '',
    lastTransitionTime: lastTransitionTime ?? '',
  };
}

function may(rules: Rules, name: string): Vm['may'] {
  const console = (kind: string): boolean =>
    rules.allow({ verb: 'get', group: SUBRESOURCE_GROUP, resource: `virtualmachineinstances/${kind}`, name });
  const act = (action: VmAction): boolean =>
    rules.allow({ verb: 'update', group: SUBRESOURCE_GROUP, resource: `${actionResource(action)}/${action}`, name });
  const actions = Object.fromEntries(ACTIONS.map((action) => [action, act(action)])) as Record<VmAction, boolean>;
  return {
    vnc: console('vnc'),
    serial: console('console'),
    issue: rules.allow({ verb: 'create', group: GROUP, resource: 'gatetokens' }),
    ...actions,
  };
}
