import { afterEach, describe, expect, it, vi } from 'vitest';
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
  const error = await Promise.resolve(failing(cause).token()).catch((thrown: unknown) => thrown);
  expect(error).toMatchObject({ cause });
  expect(error).not.toHaveProperty('code');
});

describe('after a 401', () => {
  const HOUR_MS = 3_600_000;
  let credential: GuestCredential;
  let requests = 0;
  let problems = (): string[] => [];
  let outage: Error | undefined;

  function start(): void {
    vi.useFakeTimers();
    requests = 0;
    outage = undefined;
    const createNamespacedServiceAccountToken = (): Promise<unknown> => {
      requests += 1;
      const status = { token: `token-${requests}`, expirationTimestamp: new Date(Date.now() + HOUR_MS) };
      return outage === undefined ? Promise.resolve({ status }) : Promise.reject(outage);
    };
    const client = { api: () => ({ createNamespacedServiceAccountToken }) } as unknown as OwnClient;
    const config = { namespace: 'ns', guestServiceAccount: 'guest' } as GatewayConfig;
    const readiness = { require: (check: typeof problems) => (problems = check) } as unknown as Readiness;
    const logger = makeLogger('gateway', 'fatal', { write: () => undefined });
    credential = new GuestCredential(client, config, logger, new Clock(), readiness);
    credential.start();
  }

  afterEach(() => {
    credential.stop();
    vi.useRealTimers();
  });

  it('requests a new token by itself and stays ready with the old one meanwhile', async () => {
    start();
    await vi.advanceTimersByTimeAsync(0);
    outage = answered(500);
    credential.reject('token-1');
    await vi.advanceTimersByTimeAsync(0);
    expect(requests).toBe(2);
    expect(problems()).toEqual([]);
    expect(await credential.token()).toBe('token-1');
    outage = undefined;
    await vi.advanceTimersByTimeAsync(5000);
    expect(await credential.token()).toBe('token-3');
  });

  it('does not turn a service that answers 401 to everything into a flood of token requests', async () => {
    start();
    await vi.advanceTimersByTimeAsync(0);
    for (let second = 0; second < 3600; second += 1) {
      credential.reject(await credential.token());
      await vi.advanceTimersByTimeAsync(1000);
      expect(problems()).toEqual([]);
    }
    expect(requests).toBeLessThan(30);
    await vi.advanceTimersByTimeAsync(HOUR_MS / 4);
    const before = requests;
    credential.reject(await credential.token());
    await vi.advanceTimersByTimeAsync(0);
    expect(requests).toBe(before + 1);
  });

  it('ignores the 401 of a token that was replaced since', async () => {
    start();
    await vi.advanceTimersByTimeAsync(0);
    credential.reject('token-1');
    await vi.advanceTimersByTimeAsync(0);
    credential.reject('token-1');
    await vi.advanceTimersByTimeAsync(60_000);
    expect(requests).toBe(2);
  });
});
