import { type SecretKey } from '#libs/token';
import { type WebhookKeys } from './webhook-keys.js';

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

/** Of what the Secret of the webhook holds. */
export function sealKeysOf(webhook: Pick<WebhookKeys, 'present'>): SealKeys {
  return {
    keys() {
      const { seal, since } = webhook.present ?? {};
      if (seal === undefined || since === undefined) throw new Error('The key of seals is not known yet.');
      return [{ key: seal, since: new Date(since) }];
    },
  };
}
