import { expect, it } from 'vitest';
import { SecretKey } from '#libs/token';
import { sealKeysOf } from './seal-keys.js';
import { type WebhookKeys } from './webhook-keys.js';

it('gives the key of the webhook once it is known, and the time from which it seals', () => {
  const webhook: { present: WebhookKeys['present'] } = { present: undefined };
  const seals = sealKeysOf(webhook);
  expect(() => seals.keys()).toThrow('not known yet');
  const seal = new SecretKey(Buffer.alloc(32, 1));
  webhook.present = { seal, since: 1000, authorities: '', serving: { cert: '', key: '' } };
  expect(seals.keys()).toEqual([{ key: seal, since: new Date(1000) }]);
});
