import { GrantError } from './grant-error.js';
import { type ActiveGrant } from './active-grant.js';
import { type VmStates } from '../vms/vm-states.js';

/** Clocks of two machines differ a little: a grant is taken this much before its start, never after its end. */
const NBF_LEEWAY_MS = 5000;

/** @returns why the grant gives nothing now, or undefined where it is good */
export function grantFault(grant: ActiveGrant, now: number): GrantError | undefined {
  return faultOf(grant, now)?.of(grant);
}

function faultOf(grant: ActiveGrant, now: number): GrantError | undefined {
  if (grant.revoked) return new GrantError('revoked');
  if (grant.vmFault !== undefined)
    return now < grant.exp ? new GrantError(grant.vmFault, undefined, grant) : new GrantError('expired');
  if (grant.refused) return new GrantError('refused');
  if (now >= grant.exp) return new GrantError('expired');
  if (!grant.signed) return new GrantError('not-signed');
  if (now < grant.nbf - NBF_LEEWAY_MS) return new GrantError('not-yet');
  return undefined;
}

/**
 * A single-use grant belongs to the browser that redeemed it, known by the nonce of its cookie.
 * @param nonce of the presented cookie; undefined for a bare JWT
 */
export function redeemFault(grant: ActiveGrant, nonce: string | undefined): GrantError | undefined {
  if (!grant.singleUse) return undefined;
  if (nonce === undefined) return new GrantError('needs-redeem').of(grant);
  return grant.redeemedBy === nonce ? undefined : new GrantError('used').of(grant);
}

/**
 * A grant for one VM is bound to its UID: old links do not reach a VM recreated under the same name. If the VM is
 * gone, the cluster says so (404), or the console does (4004).
 */
export function isReplaced({ vm, vmUid }: ActiveGrant, vms: Pick<VmStates, 'uidOf'>): boolean {
  if (vm === undefined || vmUid === undefined) return false;
  const uid = vms.uidOf(vm.namespace, vm.vm);
  return uid !== undefined && uid !== vmUid;
}
