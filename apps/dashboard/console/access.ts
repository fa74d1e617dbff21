import { type ConsoleIdentity, type ConsoleKind, type GrantInfo, type Vm } from '#libs/api';
import { type StatusGroup, statusGroup } from '#libs/kubevirt';

/** What stands behind the console page: a guest's grant, or a signed-in user's own rights. */
export interface ConsoleAccess {
  as: ConsoleIdentity;
  /** The user's name; of a link who issued it, where that is known. */
  name?: string;
  /** Absent where the gateway cannot see the VM: its console is simply opened. */
  vmStatus?: string;
  /** The VM that the guest's link was issued for was deleted. */
  gone?: boolean;
  /** Consoles that may be opened, as far as rights go. */
  allowed: Record<ConsoleKind, boolean>;
  /** Consoles that the VM has. */
  has: Record<ConsoleKind, boolean>;
  /** Who is on a console now; empty if the visitor may not know, absent if nobody is. */
  busy: Partial<Record<ConsoleKind, string>>;
  takeOver: boolean;
  viewOnly: boolean;
  /** End of the grant, milliseconds since the epoch. */
  until?: number;
  description?: string;
  may: { start: boolean; unpause: boolean };
}

export function accessOfLink(grant: GrantInfo): ConsoleAccess {
  return {
    as: 'link',
    ...(grant.issuer && { name: grant.issuer }),
    ...(grant['vm-status'] && { vmStatus: grant['vm-status'] }),
    ...(grant['vm-gone'] && { gone: true }),
    allowed: grant.consoles,
    has: grant.has,
    busy: { ...(grant.busy.vnc && { vnc: '' }), ...(grant.busy.serial && { serial: '' }) },
    takeOver: grant['take-over'],
    viewOnly: grant['view-only'],
    until: Date.parse(grant.until),
    ...(grant.description && { description: grant.description }),
    may: { start: false, unpause: false },
  };
}

/** Consoles that the user has open themselves do not count as in use: the gateway tells their own tabs apart. */
export function accessOfUser(vm: Vm, name: string): ConsoleAccess {
  const busy: ConsoleAccess['busy'] = {};
  for (const { kind, who } of vm.viewers) if (who !== name) busy[kind] ??= who;
  return {
    as: 'user',
    name,
    vmStatus: vm.status,
    allowed: { vnc: vm.may.vnc, serial: vm.may.serial },
    has: vm.consoles,
    busy,
    takeOver: true,
    viewOnly: false,
    may: { start: vm.may.start, unpause: vm.may.unpause },
  };
}

/** Whether rights allow this console, whatever the machine does now. */
export function opens({ allowed, gone }: ConsoleAccess, kind: ConsoleKind): boolean {
  return allowed[kind] && !gone;
}

export type Obstacle =
  | 'missing'
  | 'stopped'
  | 'stopping'
  | 'starting'
  | 'paused'
  | 'broken'
  | 'noConsole'
  | 'notAllowed'
  | 'busy'
  | 'expired'
  | 'gone';

const OF_GROUP: Record<StatusGroup, Obstacle | undefined> = {
  running: undefined,
  paused: 'paused',
  starting: 'starting',
  stopping: 'stopping',
  stopped: 'stopped',
  failing: 'broken',
};

/**
 * Why a console could not open now; undefined when it can. Told before the socket opens, since a browser does not show
 * a script why a handshake was refused.
 * @param ask what the person has already decided: to take over, to look at a paused machine.
 */
export function obstacle(
  access: ConsoleAccess,
  kind: ConsoleKind,
  now: number,
  ask: { takeOver: boolean; paused: boolean },
): Obstacle | undefined {
  if (access.until !== undefined && access.until <= now) return 'expired';
  if (access.gone) return 'gone';
  if (!access.allowed[kind]) return 'notAllowed';
  const byStatus = ofStatus(access.vmStatus);
  if (byStatus && !(byStatus === 'paused' && ask.paused)) return byStatus;
  if (!access.has[kind]) return 'noConsole';
  if (access.busy[kind] !== undefined && !ask.takeOver) return 'busy';
  return undefined;
}

function ofStatus(vmStatus: string | undefined): Obstacle | undefined {
  if (vmStatus === undefined) return undefined;
  return vmStatus === 'NotFound' ? 'missing' : OF_GROUP[statusGroup(vmStatus)];
}

/** Obstacles that may go away by themselves: the page asks again and opens the console as soon as it can. */
export const PASSING: readonly Obstacle[] = ['stopped', 'stopping', 'starting', 'paused', 'broken', 'busy', 'missing'];
