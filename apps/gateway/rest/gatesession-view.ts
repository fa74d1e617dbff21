import { type GateSession, type GateSessionView } from '#libs/api';
import { present } from './gatetoken-view.js';

/** A GateSession as lists and pages show it. */
export function gateSessionView({ metadata, spec, status }: GateSession): GateSessionView {
  return {
    name: metadata.name ?? '',
    namespace: metadata.namespace ?? '',
    created: metadata.creationTimestamp ?? '',
    vm: spec.vm,
    'vm-namespace': machineNamespace({ metadata, spec }),
    kind: spec.kind,
    who: who({ metadata, spec }),
    'client-address': spec['client-address'],
    pod: spec.pod,
    phase: status?.phase ?? 'Active',
    'bytes-in': status?.['bytes-in'] ?? 0,
    'bytes-out': status?.['bytes-out'] ?? 0,
    ...present('started', status?.started),
    ...present('ended', status?.ended),
    ...present('reason', status?.reason),
  };
}

/** Namespace of the VM whose console it is. */
export function machineNamespace({ metadata, spec }: Pick<GateSession, 'spec' | 'metadata'>): string {
  return spec.namespace ?? metadata.namespace ?? '';
}

/** Who is using a console, for people: the signed-in user, or the link they used. */
export function who({ spec }: Pick<GateSession, 'spec' | 'metadata'>): string {
  if (spec.user !== undefined && spec.user !== '') return spec.user;
  return spec.token === undefined || spec.token === '' ? 'unknown' : `link ${spec.token}`;
}
