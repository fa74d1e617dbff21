import { GATE_SERVER, type GateSessionStatus } from '#libs/api';
import { rfc3339 } from '#libs/kube';
import { parseDuration } from '#libs/token';
import { settingsOf } from '../gateserver/servers.js';
import { type Gathered } from './gather.js';

/**
 * True for an open console whose GateServer was deleted, where another may have been made under its name since: nothing
 * of the gateway is left to end the record.
 */
export function isLeft({ session: { metadata, status }, servers }: Gathered): boolean {
  if (status?.phase === 'Ended') return false;
  const name = metadata.labels?.[GATE_SERVER];
  const created = metadata.creationTimestamp ?? '';
  return !servers.some((server) => {
    return (
      (name === undefined || name === server.metadata.name) && (server.metadata.creationTimestamp ?? '') <= created
    );
  });
}

/** The end of a record that was left. */
export function endOfLeft(now: Date): GateSessionStatus {
  return { phase: 'Ended', ended: rfc3339(now), reason: 'The gateway that served this console was deleted.' };
}

/**
 * When the record is deleted, in milliseconds: the longest retention of its namespace's GateServers after its end.
 * Undefined while the console lives, and where no GateServer says how long.
 */
export function removalOf({ session, servers }: Gathered): number | undefined {
  const { phase, ended } = session.status ?? {};
  if (phase !== 'Ended' || servers.length === 0) return undefined;
  const end = Date.parse(ended ?? session.metadata.creationTimestamp ?? '');
  if (Number.isNaN(end)) return undefined;
  return end + Math.max(...servers.map((server) => parseDuration(settingsOf(server)['token-retention'])));
}
