import { type GateServer } from '#libs/api';
import { type Fault } from './check.js';
import { namesOf } from '../cluster/names.js';
import { ageOf } from './servers.js';

/**
 * The guest account of GateServer `x` has the name of the gateway of GateServer `x-guest`, and neither can run with the
 * other's rights. The older one keeps the name, in whichever order they are looked at.
 * @param all those of its namespace, at least
 */
export function nameClash(server: GateServer, all: readonly GateServer[]): Fault | undefined {
  const older = namesakesOf(server, all).find(
    (other) => !other.metadata.deletionTimestamp && ageOf(other) < ageOf(server),
  );
  if (!older) return undefined;
  const [name = '', other = ''] = [server, older].map(({ metadata }) => metadata.name);
  const [guests, gateway] = name.length > other.length ? [other, name] : [name, other];
  const message = `metadata.name: the guest account of GateServer ${guests} and the gateway of GateServer ${gateway} would share the name ${gateway}, and GateServer ${other} is older. Delete this GateServer and create it under another name.`;
  return { reason: 'NameTaken', message };
}

/** GateServers of the same namespace whose objects have the same names as some of this one's. */
export function namesakesOf({ metadata }: GateServer, all: readonly GateServer[]): GateServer[] {
  const { name = '', namespace } = metadata;
  return all.filter(({ metadata: { name: other = '', namespace: where } }) => {
    return where === namespace && (other === namesOf(name).guest || name === namesOf(other).guest);
  });
}
