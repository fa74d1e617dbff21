import { type GateToken, type GateTokenPhase, type GateTokenView } from '#libs/api';

/** A GateToken as lists and pages show it: neither its token nor its hash is ever in it. */
export function gateTokenView(token: GateToken): GateTokenView {
  const { metadata, spec, status } = token;
  const phase: GateTokenPhase = status?.phase ?? 'Pending';
  const message = status?.conditions?.find((condition) => condition.type === 'Ready')?.message;
  return {
    name: metadata.name ?? '',
    namespace: metadata.namespace ?? '',
    uid: metadata.uid ?? '',
    created: metadata.creationTimestamp ?? '',
    description: spec.description ?? '',
    urls: status?.data?.urls ?? spec.urls ?? [],
    verbs: status?.data?.verbs ?? spec.verbs ?? ['get'],
    duration: spec.duration ?? '1h',
    phase,
    'single-use': spec['single-use'] ?? false,
    'view-only': spec['view-only'] ?? false,
    'take-over': spec['take-over'] ?? true,
    live: status?.live ?? 0,
    ...present('vm', spec.vm),
    ...present('from', status?.data?.from ?? spec.from),
    ...present('until', status?.data?.until),
    ...present('message', phase === 'Ready' ? undefined : message),
    ...present('redeemed', status?.redeemed?.at),
    ...present('last-used', status?.['last-used']),
    ...present('issuer', status?.issuer),
  };
}

/** An optional property is absent rather than undefined. */
export function present<K extends string, V>(key: K, value: V | undefined): { [P in K]?: V } {
  return value === undefined ? {} : ({ [key]: value } as { [P in K]?: V });
}
