import { describe, expect, it, vi } from 'vitest';
import { KubeError, NetworkError, type OwnClient } from '#libs/kube';
import { type Logger } from '#libs/ops';
import { ReplicaLease } from './replica-lease.js';

const gone = new KubeError({ code: 404, reason: 'NotFound', message: 'no such lease' });

/** An API server that can be away, with the Lease of one other replica. */
function world() {
  const state = { now: 0, away: false, made: 0, otherRenewedAt: 0 };
  const reach = (): void => {
    if (state.away) throw new NetworkError('away', undefined);
  };
  const client = {
    get: async () => {
      reach();
      return { metadata: {}, spec: { renewTime: new Date(state.otherRenewedAt).toISOString() } };
    },
    patch: async () => {
      reach();
      if (state.made === 0) throw gone;
      return {};
    },
    create: async () => {
      reach();
      state.made += 1;
      return {};
    },
    delete: async () => reach(),
  } as unknown as OwnClient;
  const errors: unknown[] = [];
  const log = { warn: ({ err }: { err: unknown }) => errors.push(err) } as unknown as Logger;
  const clock = { now: () => state.now };
  const lease = new ReplicaLease(client, { namespace: 'ns', podName: 'pod-1' }, log, clock);
  return { state, lease, errors };
}

/** As time goes by: each renewal, one after the other. */
async function pass(state: { now: number }, ms: number): Promise<void> {
  for (let passed = 0; passed < ms; passed += 10_000) {
    state.now += 10_000;
    await vi.advanceTimersByTimeAsync(10_000);
  }
}

describe('the Lease of a replica', () => {
  it('is made as soon as it can be where the API server is away at the start', async () => {
    vi.useFakeTimers();
    const { state, lease, errors } = world();
    state.away = true;
    lease.start();
    await pass(state, 10_000);
    expect([state.made, errors.length]).toEqual([0, 2]);
    state.away = false;
    await pass(state, 10_000);
    expect(state.made).toBe(1);
    await lease.stop();
    vi.useRealTimers();
  });

  it('takes nobody for dead who may have been unable to renew before this one began', async () => {
    vi.useFakeTimers();
    const { state, lease } = world();
    state.now = 60_000;
    const late = new ReplicaLease(lease['client'], { namespace: 'ns', podName: 'pod-3' }, lease['log'], lease['clock']);
    late.start();
    await vi.advanceTimersByTimeAsync(0);
    expect(await late.isAlive('pod-2')).toBe(true);
    await pass(state, 20_000);
    expect(await late.isAlive('pod-2')).toBe(false);
    await late.stop();
    vi.useRealTimers();
  });

  it('takes nobody for dead who may have been unable to renew', async () => {
    vi.useFakeTimers();
    const { state, lease } = world();
    lease.start();
    await pass(state, 30_000);
    expect(await lease.isAlive('pod-2')).toBe(true);
    state.away = true;
    await pass(state, 60_000);
    state.away = false;
    expect(await lease.isAlive('pod-2')).toBe(true);
    await pass(state, 10_000);
    expect(await lease.isAlive('pod-2')).toBe(true);
    await pass(state, 20_000);
    expect(await lease.isAlive('pod-2')).toBe(false);
    await lease.stop();
    vi.useRealTimers();
  });
});
