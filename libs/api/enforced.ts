/**
 * Restricting fields that the gateway of this release enforces. The operator refuses an object that uses one which is
 * not named here: a grant must never be wider than written. A change that enforces a field adds it here.
 */
export const ENFORCED: {
  readonly gatetoken: ReadonlySet<'single-use' | 'take-over' | 'view-only'>;
  readonly gateserver: ReadonlySet<'idle-timeout' | 'issuer-recheck' | 'max-consoles'>;
} = {
  gatetoken: new Set(['single-use', 'take-over', 'view-only'] as const),
  gateserver: new Set(['idle-timeout', 'issuer-recheck', 'max-consoles'] as const),
};
