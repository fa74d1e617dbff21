import { type GateServerStatus, ROTATE } from '#libs/api';
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
export function keysOf({ server, lastUse }: Gathered, material: Material): Keys {
  const secret = secretOf(material);
  const needs = signingNeeds(server, lastUse);
  const present = presentKey(secret);
  const before = retiredKeys(secret).map((key) => {
    const retires = rfc3339(new Date(retiresAt(key, needs)));
    return { kid: key.kid, created: key.created, retires };
  });
  return [...(present ? [{ kid: present.key.kid, created: present.created }] : []), ...before];
}

export function rotationCondition(
  { server, lastUse }: Gathered,
  material: Material,
  now: number,
): Omit<StatedCondition, 'observedGeneration'> {
  const next = nextRotation(secretOf(material), signingNeeds(server, lastUse), now);
  const at = rfc3339(new Date(next?.at ?? now));
  if (!next?.waits) {
    return {
      type: 'KeyRotation',
      status: 'True',
      reason: 'Scheduled',
      message: `The signing key is replaced at ${at}.`,
    };
  }
  const message = `The signing key is replaced at ${at} at the earliest: tokens still need the ${MOST_RETIRED} keys before it. To replace it earlier, revoke or delete tokens that an old key signed, or ask for it with the annotation ${ROTATE}: then the oldest key is no longer in force.`;
  return { type: 'KeyRotation', status: 'False', reason: TOO_MANY, message };
}

/** The next instants at which the keys of a GateServer change, in milliseconds. */
export function keyInstants({ server, lastUse }: Gathered, material: Material, now: number): number[] {
  const secret = secretOf(material);
  const needs = signingNeeds(server, lastUse);
  const next = nextRotation(secret, needs, now);
  return [...(next ? [next.at] : []), ...retiredKeys(secret).map((key) => retiresAt(key, needs))];
}

type KeyEvent = Cause & { level: 'Normal' | 'Warning' };

/** What to tell of another signing key than the one before, as Events; nothing where it is the same one. */
export function keyChanges(before: Keys = [], after: Keys = [], now: number): KeyEvent[] {
  const [old] = before;
  const [present] = after;
  if (!old || !present || old.kid === present.kid) return [];
  const retires = after.find(({ kid }) => kid === old.kid)?.retires;
  if (retires === undefined) {
    const message = `Signing key ${old.kid} is no longer in the Secret: the tokens that it signed are refused, and signed again with key ${present.kid}. See the condition Ready of each GateToken.`;
    return [{ level: 'Warning', reason: 'KeyLost', message }];
  }
  const message = `Key ${present.kid} signs from now on. Tokens that key ${old.kid} signed stay valid; the last of them ends by ${retires}.`;
  return [{ level: 'Normal', reason: 'KeyRotated', message }, ...retiredEarly(before, after, now)];
}

/** Only a rotation on request makes room, where as many keys were in force as may be: the present one and the retired. */
function retiredEarly(before: Keys, after: Keys, now: number): KeyEvent[] {
  if (before.length <= MOST_RETIRED) return [];
  const left = before.filter(({ kid }) => !after.some((key) => key.kid === kid));
  const early = left.filter(({ retires = '' }) => Date.parse(retires) > now).map(({ kid }) => kid);
  if (early.length === 0) return [];
  const message = `Key ${early.join(', ')} made room, since at most ${MOST_RETIRED} keys stay in force: the tokens that it signed are refused, and signed again with the present key. See the condition Ready of each GateToken.`;
  return [{ level: 'Warning', reason: 'KeyRetiredEarly', message }];
}
