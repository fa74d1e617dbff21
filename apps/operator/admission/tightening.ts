import { gateServerDefaults, type GateServerSettings, type GateServerSpec } from '#libs/api';
import { DurationError, parseDuration } from '#libs/token';

/** Whether a value lets nobody do anything that the one before it did not. Any other field may, whatever is written. */
const TIGHTER: {
  [F in keyof GateServerSettings]?: (before: GateServerSettings[F], after: GateServerSettings[F]) => boolean;
} = {
  'issuer-recheck': isCheckedSooner,
  'store-tokens': (_, after) => !after,
  'accept-unregistered': (_, after) => !after,
};

/** Whether a change of this field only takes away; a field that is absent has its default. */
export function isTightening(field: keyof GateServerSpec, before: GateServerSpec, after: GateServerSpec): boolean {
  const isTighter = TIGHTER[field] as ((before: unknown, after: unknown) => boolean) | undefined;
  return isTighter?.(gateServerDefaults(before)[field], gateServerDefaults(after)[field]) ?? false;
}

/** `0s` is never. */
function isCheckedSooner(before: string, after: string): boolean {
  try {
    const [former, next] = [parseDuration(before), parseDuration(after)];
    return next > 0 && (former === 0 || next <= former);
  } catch (error) {
    if (error instanceof DurationError) return false;
    throw error;
  }
}
