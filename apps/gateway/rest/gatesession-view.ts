import { type GateSession, type GateSessionView } from '#libs/api';
import { present } from './gatetoken-view.js';

/** A GateSession as lists and pages show it. */
export function gateSessionView({ metadata, spec, status }: GateSession): GateSessionView {
  return {
    name: metadata.name ?? '',
    namespace: metadata.namespace ?? '',
    created: metadata.creationTimestamp ?? '',
    vm: spec.vm,
    kind: spec.kind,
    who: who({ metadata, spec }),
    clientAddress: spec['client-address'],
    pod: spec.pod,
    phase: status?.phase ?? 'Active',
    bytesIn: status?.['bytes-in'] ?? 0,
    bytesOut: status?.['bytes-out'] ?? 0,
    ...present('started', status?.started),
    ...present('ended', status?.ended),
    ...present('reason', status?.reason),
  };
}

/** Who is on a console, in a person's words: the signed-in user, or the link that was used. */
export function who({ spec }: Pick<GateSession, 'spec' | 'metadata'>): string {
  if (spec.user !== undefined && spec.user !== '') return spec.user;
  return spec.token === undefined || spec.token === '' ? 'unknown' : `link ${spec.token}`;
}
