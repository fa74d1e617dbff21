import { type SecretKey } from '#libs/token';

/** A key by which the admission webhook seals issuers. `since`: nothing older was sealed with it. */
export interface SealKey {
  readonly key: SecretKey;
  readonly since: Date;
}

export interface SealKeys {
  /** @throws Error while they are not known */
  keys(): readonly SealKey[];
}

/** The injection token of `SealKeys`; undefined where no admission webhook is installed. */
export const SEAL_KEYS = Symbol('SealKeys');
