import { type GateToken } from '#libs/api';
import { isApproved, isSealed, type SecretKey } from '#libs/token';
import { perVersion } from '../cluster/per-version.js';
import { type Gathered } from './gather.js';
import { Problem } from './problem.js';
import { signerOf } from './signer.js';

/**
 * Milliseconds in which replicas may still seal with the previous key, until they have seen the Secret that replaced it.
 * That what is created meanwhile counts as unproven opens nothing: the webhook refuses a GateToken that is not sealed by
 * one of these keys, and one whose creator lacks what it gives. Only who can change webhook configurations gets around it,
 * and they control whatever the cluster stores. An unproven issuer is shown nowhere.
 */
const GRACE_MS = 60_000;

/** The reason of `Ready`. */
const NOT_SEALED = 'NotSealed';

/** `unproven`: nothing is known of who created it. `forged`: the webhook would have sealed it. */
type Provenance = 'sealed' | 'unproven' | 'forged';

/** Asked twice at each look. */
const provenanceOf = perVersion(proven);

/**
 * Whether a token was created by the user that its `spec.issuer` names: the admission webhook sealed it, or, where none
 * is installed, the gateway that it opens. What is older than the webhook's key cannot be verified by it.
 */
function proven(gathered: Gathered): Provenance {
  const { token, sealKeys } = gathered;
  if (sealKeys === undefined) return isSealed(keyOfGateway(gathered), token, 'final') ? 'sealed' : 'unproven';
  const keys = sealKeys.map(({ key }) => key);
  if (isSealed(keys, token)) return 'sealed';
  const oldest = Math.min(...sealKeys.map(({ since }) => since.getTime()));
  const isOlder = Date.parse(token.metadata.creationTimestamp ?? '') < oldest + GRACE_MS;
  return isOlder && !wasForged(token) ? 'unproven' : 'forged';
}

/** Another gateway of the namespace may be one whose key more people know. */
function keyOfGateway({ token, servers, secretOf, gatewayKeyOf }: Gathered): SecretKey[] {
  try {
    const key = gatewayKeyOf(signerOf(token, servers, secretOf).server);
    return key === undefined ? [] : [key];
  } catch (error) {
    if (error instanceof Problem) return []; // It opens none.
    throw error;
  }
}

/** By a key that was lost since: a new one revives nothing. */
const wasForged = ({ status }: GateToken): boolean =>
  status?.conditions?.some(({ type, reason }) => type === 'Ready' && reason === NOT_SEALED) === true;

/**
 * The user who created a token: a good seal proves it, or the approval of a grant that stays Ready, from when its seal
 * was good. Without an issuer, nobody is asked about again, so a seal key that was lost would give back what they lost.
 * @param approvedBy the key of the gateway that a Ready grant opens
 */
export function issuerOf(gathered: Gathered, approvedBy: SecretKey | undefined): string | undefined {
  const { token } = gathered;
  if (provenanceOf(gathered) === 'sealed') return token.spec.issuer?.username;
  return approvedBy !== undefined && isApproved(approvedBy, token) ? token.status?.issuer : undefined;
}

/** @throws Problem: the webhook did not let this token be created as it is, so nobody's rights were checked */
export function checkSeal(gathered: Gathered): void {
  if (provenanceOf(gathered) !== 'forged') return;
  throw new Problem(
    NOT_SEALED,
    'spec.issuer has no valid seal of the admission webhook, so nothing proves who created this token or that they were allowed to: delete it and create it again. If that does not help, check that the webhook configurations kube-gateway are as installed, and that the clocks of the operator and the API server differ by less than 5 minutes.',
  );
}
