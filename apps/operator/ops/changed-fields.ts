import { isDeepStrictEqual } from 'node:util';
import { type GateServer, ROTATE } from '#libs/api';

type Changeable = Pick<GateServer, 'metadata' | 'spec'>;

/** The fields of a GateServer in which two versions differ, in order: those of its spec, and the request for another key. */
export function changedFields(before: Changeable, after: Changeable): string[] {
  const [old, now]: Record<string, unknown>[] = [before, after].map(({ spec }) => ({ ...spec }));
  const names = [...new Set([...Object.keys(old ?? {}), ...Object.keys(now ?? {})])].sort();
  const fields = names.filter((name) => !isDeepStrictEqual(old?.[name], now?.[name])).map((name) => `spec.${name}`);
  const isAsked = before.metadata.annotations?.[ROTATE] !== after.metadata.annotations?.[ROTATE];
  return isAsked ? [...fields, `metadata.annotations.${ROTATE}`] : fields;
}
