import { builtInGuests, findInstalled, type Guests, qemuGuests } from '../kubevirt/index.js';
import { nativeFault } from '../process/child.js';
import { type Options } from './options.js';
import { UserError } from './user-error.js';

/**
 * What runs the VMs: QEMU where it is installed and can run, unless `wanted` names something else.
 * @throws UserError that says what to install
 */
export function chooseGuests(wanted: Options['guests'], found = findInstalled(), fault = nativeFault): Guests {
  if (wanted === 'built-in') return builtInGuests;
  const lacks = 'packages' in found ? undefined : fault();
  if (!('packages' in found) && lacks === undefined) return qemuGuests(found);
  if (wanted === 'auto') return builtInGuests;
  if (!('packages' in found)) throw new UserError(`--guests qemu ${lacks}. Use --guests built-in instead.`);
  throw new UserError(
    `--guests qemu needs ${found.packages.join(' and ')}. ` +
      `Install with "apt-get install --no-install-recommends ${found.packages.join(' ')}" (Debian), or use --guests built-in.`,
  );
}
