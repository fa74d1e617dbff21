import { isDeepStrictEqual } from 'node:util';
import { type GateServer, gateServerSpecSchema, ROTATE } from '#libs/api';

type Changeable = Pick<GateServer, 'metadata' | 'spec'>;

const FIELDS = Object.keys(gateServerSpecSchema.properties ?? {}).sort();

/**
 * The fields of a GateServer in which two versions differ, in order: those of its spec, and the request for another key.
 * Only fields that this operator knows: whoever reaches the webhook's port can send hundreds of thousands of others. Those
 * of a newer CRD are told of once the operator is upgraded, too.
 */
export function changedFields(before: Changeable, after: Changeable): string[] {
  const [old, now] = [before.spec, after.spec] as unknown as (Record<string, unknown> | undefined)[];
  const fields = FIELDS.filter((name) => !isDeepStrictEqual(old?.[name], now?.[name])).map((name) => `spec.${name}`);
  const isAsked = before.metadata.annotations?.[ROTATE] !== after.metadata.annotations?.[ROTATE];
  return isAsked ? [...fields, `metadata.annotations.${ROTATE}`] : fields;
}
