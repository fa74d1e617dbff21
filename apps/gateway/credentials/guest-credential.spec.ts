import { expect, it } from 'vitest';
import { KubeError, NetworkError, type OwnClient } from '#libs/kube';
import { Clock, makeLogger } from '#libs/ops';
import { type GatewayConfig } from '../config/config.js';
import { type Readiness } from '../ops/readiness.js';
import { GuestCredential } from './guest-credential.js';

/** A credential without a token, whose API server answers every request for one with `error`. */
function failing(error: Error): GuestCredential {
  const api = () => ({ createNamespacedServiceAccountToken: () => Promise.reject(error) });
  const config = { namespace: 'ns', guestServiceAccount: 'guest' } as GatewayConfig;
  const readiness = { require: () => undefined } as unknown as Readiness;
  const logger = makeLogger('gateway', 'fatal', { write: () => undefined });
  return new GuestCredential({ api } as unknown as OwnClient, config, logger, new Clock(), readiness);
}

const answered = (code: number): KubeError => new KubeError({ code, reason: 'Reason', message: 'no' });

it.each([new NetworkError('cut', undefined), answered(500), answered(429)])(
  'asks to try again when %s keeps it from a token',
  async (cause) => {
    await expect(failing(cause).token()).rejects.toMatchObject({ code: 503, retryAfter: 5, cause });
  },
);

it.each([answered(403), new TypeError('a bug')])('does not pass off %s as an outage', async (cause) => {
  const error = await failing(cause)
    .token()
    .catch((thrown: unknown) => thrown);
  expect(error).toMatchObject({ cause });
  expect(error).not.toHaveProperty('code');
});
