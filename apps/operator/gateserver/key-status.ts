import { type GateServerStatus } from '#libs/api';
import { rfc3339, type StatedCondition } from '#libs/kube';
import { type SecretObject } from '../cluster/manifest.js';
import { retiredKeys } from '../keys/retired.js';
import { type Cause } from './cause.js';
import { type Gathered } from './gather.js';
import { type Material } from './make.js';
import { MOST_RETIRED, nextRotation, presentKey, retiresAt, signingNeeds } from './rotation.js';

type Keys = NonNullable<GateServerStatus['keys']>;

/** Reason of the condition, and of the Event, of a GateServer that keeps its key longer than its spec says. */
const TOO_MANY = 'TooManyKeys';

/** The Secret of signing keys as it is wanted. */
function secretOf({ signing: { annotations = {}, data } }: Material): SecretObject {
  return { metadata: { annotations }, data };
}

/** `status.keys`: the present key first. */
export function keysOf({ server, tokens }: Gathered, material: Material): Keys {
  const secret = secretOf(material);
  const needs = signingNeeds(server, tokens);
  const present = presentKey(secret);
  const before = retiredKeys(secret).map((key) => {
    const retires = rfc3339(new Date(retiresAt(key, needs)));
    return { kid: key.kid, created: key.created, retires };
  });
  return [...(present ? [{ kid: present.key.kid, created: present.created }] : []), ...before];
}

export function rotationCondition(
  { server, tokens }: Gathered,
  material: Material,
  now: number,
): Omit<StatedCondition, 'observedGeneration'> {
  const next = nextRotation(secretOf(material), signingNeeds(server, tokens), now);
  const at = rfc3339(new Date(next?.at ?? now));
  if (!next?.waits) {
    return {
      type: 'KeyRotation',
      status: 'True',
      reason: 'Scheduled',
      message: `The signing key is replaced at ${at}.`,
    };
  }
  const message = `The signing key is replaced at ${at} at the earliest: tokens still need the ${MOST_RETIRED} keys before it. To replace it earlier, revoke or delete tokens that an old key signed.`;
  return { type: 'KeyRotation', status: 'False', reason: TOO_MANY, message };
}

/** The next instants at which the keys of a GateServer change, in milliseconds. */
export function keyInstants({ server, tokens }: Gathered, material: Material, now: number): number[] {
  const secret = secretOf(material);
  const needs = signingNeeds(server, tokens);
  const next = nextRotation(secret, needs, now);
  return [...(next ? [next.at] : []), ...retiredKeys(secret).map((key) => retiresAt(key, needs))];
}

/** What to tell of another signing key than the one before, as an Event; undefined where it is the same one. */
export function keyChange(before: Keys = [], after: Keys = []): (Cause & { level: 'Normal' | 'Warning' }) | undefined {
  const [old] = before;
  const [now] = after;
  if (!old || !now || old.kid === now.kid) return undefined;
  const retires = after.find(({ kid }) => kid === old.kid)?.retires;
  if (retires === undefined) {
    const message = `Signing key ${old.kid} is no longer in the Secret: the tokens that it signed are refused, and signed again with key ${now.kid}. See the condition Ready of each GateToken.`;
    return { level: 'Warning', reason: 'KeyLost', message };
  }
  const message = `Key ${now.kid} signs from now on. Tokens that key ${old.kid} signed stay valid; the last of them ends by ${retires}.`;
  return { level: 'Normal', reason: 'KeyRotated', message };
}
