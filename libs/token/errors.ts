export type TokenErrorCode =
  'malformed' | 'algorithm' | 'unknown-kid' | 'signature' | 'expired' | 'not-yet-valid' | 'claims' | 'too-large';

/** Why a token was refused. The message is for the person who sent it and repeats nothing of the token. */
export class TokenError extends Error {
  override readonly name = 'TokenError';
  constructor(
    readonly code: TokenErrorCode,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

export type SecretKeyErrorCode =
  'no-key' | 'broken-pem' | 'encrypted' | 'not-rsa' | 'too-small' | 'too-large' | 'broken-certificate' | 'mismatch';

/** Why a Secret gives no signing key. The message says what to change in it. */
export class SecretKeyError extends Error {
  override readonly name = 'SecretKeyError';
  constructor(
    readonly code: SecretKeyErrorCode,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/** A text that is not a duration in Go's syntax, or one that is out of range. */
export class DurationError extends Error {
  override readonly name = 'DurationError';
  readonly code = 'duration';
}
