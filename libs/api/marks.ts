import { GROUP } from './meta.js';

/** Labels and annotations that have a meaning to this product. */

/** On a Secret: "true" lets GateTokens of its namespace be signed with it. */
export const SIGNING_KEY = `${GROUP}/signing-key`;
/** On the Secret of signing keys: when the present key was made (RFC 3339). */
export const KEY_CREATED = `${GROUP}/key-created`;
/** On a GateServer: a value that it did not have last replaces the signing key at once. */
export const ROTATE = `${GROUP}/rotate`;
/** On the Secret of signing keys: digest of the value of ROTATE that the present key answers. */
export const ROTATED = `${GROUP}/rotated`;
/** On the Secret of signing keys: the keys before it, JSON `[{kid, created, retired}]`. */
export const RETIRED_KEYS = `${GROUP}/retired-keys`;
/** On a GateSession: the name of the GateServer whose gateway serves the console. */
export const GATE_SERVER = `${GROUP}/gate-server`;

/** The Secret with the signing key of a GateServer. No other Secret's name contains `jwt-secret`: scripts grep for it. */
export const jwtSecretOf = (gateServer: string): string => `${gateServer}-jwt-secret`;
