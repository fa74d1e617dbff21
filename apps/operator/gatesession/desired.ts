import { gateServerDefaults } from '#libs/api';
import { parseDuration } from '#libs/token';
import { type Gathered } from './gather.js';

/**
 * When the record is deleted, in milliseconds: the longest retention of its namespace's GateServers after its end.
 * Undefined while the console lives, and where no GateServer says how long.
 */
export function removalOf({ session, servers }: Gathered): number | undefined {
  const { phase, ended } = session.status ?? {};
  if (phase !== 'Ended' || servers.length === 0) return undefined;
  const end = Date.parse(ended ?? session.metadata.creationTimestamp ?? '');
  if (Number.isNaN(end)) return undefined;
  return end + Math.max(...servers.map(({ spec }) => parseDuration(gateServerDefaults(spec)['token-retention'])));
}
