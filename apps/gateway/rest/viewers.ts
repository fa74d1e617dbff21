import { type GateSession } from '#libs/api';
import { type VirtualMachine } from '#libs/kubevirt';
import { machineNamespace } from './gatesession-view.js';

/** Who is on which VM: the active ones of the GateSessions of one namespace, by VM. */
export class Viewers {
  readonly #byVm = new Map<string, Map<string, GateSession>>();

  constructor(sessions: readonly GateSession[] = []) {
    for (const session of sessions) this.put(session);
  }

  /** @param old what the session was before */
  put(session: GateSession, old?: GateSession): void {
    if (old !== undefined && (!isActive(session) || vmOf(old) !== vmOf(session))) this.delete(old);
    if (!isActive(session)) return;
    const viewers = this.#byVm.get(vmOf(session)) ?? new Map<string, GateSession>();
    this.#byVm.set(vmOf(session), viewers.set(session.metadata.name ?? '', session));
  }

  delete(session: GateSession): void {
    const viewers = this.#byVm.get(vmOf(session));
    if (viewers?.delete(session.metadata.name ?? '') && viewers.size === 0) this.#byVm.delete(vmOf(session));
  }

  of({ metadata }: VirtualMachine): GateSession[] {
    return [...(this.#byVm.get(`${metadata.namespace}/${metadata.name}`)?.values() ?? [])];
  }
}

export function isActive({ status }: GateSession): boolean {
  return status?.phase === 'Active';
}

function vmOf(session: GateSession): string {
  return `${machineNamespace(session)}/${session.spec.vm}`;
}
