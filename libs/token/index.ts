export { type Claims } from './claims.js';
export { formatDuration, parseDuration } from './duration.js';
export { DurationError, SecretKeyError, TokenError, type TokenErrorCode } from './errors.js';
export { kidOf, MAX_TOKEN } from './header.js';
export { KeyRing, type KeyRingOptions, sign } from './key-ring.js';
export { isCode, linkHash, newCode } from './link-code.js';
export { type Jwks, parsePublicKey, thumbprint, toJwks } from './public-key.js';
export { Secret } from './secret.js';
export { generateKeyPair, secretKeys, type SigningKey } from './secret-keys.js';
