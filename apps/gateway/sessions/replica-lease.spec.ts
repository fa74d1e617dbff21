import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type Informer, KubeError, type Lease, NetworkError, type OwnClient } from '#libs/kube';
import { type Logger } from '#libs/ops';
import { ReplicaLease } from './replica-lease.js';

const gone = new KubeError({ code: 404, reason: 'NotFound', message: 'no such lease' });
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/**
 * An API server that can be away, with the Lease of one other replica that renews it while it lives.
 * @param skew how far this replica's clock is ahead of the other's
 */
function world({ skew = 0, other: otherLives = true } = {}) {
  const state = { now: 0, away: false, made: 0, asked: 0, otherLives, watchLags: false, deleted: [] as string[] };
  let put: (lease: Lease) => void = () => undefined;
  let other: Lease | undefined;
  const renewOther = (): void => {
    if (!state.otherLives || state.away) return;
    const spec = { holderIdentity: 'pod-2', renewTime: new Date(state.now).toISOString(), leaseDurationSeconds: 40 };
    other = { metadata: { name: 'kg-replica-pod-2', uid: 'u' }, spec };
    if (!state.watchLags) put(other);
  };
  const reach = (): void => {
    if (state.away) throw new NetworkError('away', undefined);
  };
  const client = {
    get: async () => {
      reach();
      state.asked += 1;
      if (other === undefined) throw gone;
      return other;
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
    delete: async (_: unknown, name: string) => {
      reach();
      state.deleted.push(name);
    },
  } as unknown as OwnClient;
  const replicas = {
    on: (event: string, handler: (lease: Lease) => void) => {
      if (event === 'put') put = handler;
      return replicas;
    },
    list: () => (other === undefined ? [] : [other]),
  } as unknown as Informer<Lease>;
  const errors: unknown[] = [];
  const log = { warn: ({ err }: { err: unknown }) => errors.push(err) } as unknown as Logger;
  const clock = { now: () => state.now + skew, monotonic: () => state.now };
  const make = () => new ReplicaLease(client, { replicas }, { namespace: 'ns', podName: 'pod-1' }, log, clock);
  /** As time goes by: each renewal, one after the other. */
  const pass = async (ms: number): Promise<void> => {
    for (let passed = 0; passed < ms; passed += 10_000) {
      state.now += 10_000;
      renewOther();
      await vi.advanceTimersByTimeAsync(10_000);
    }
  };
  renewOther();
  return { state, make, errors, pass };
}

/** A replica that has been running beside the other for so long. */
async function running({ make, pass }: ReturnType<typeof world>, ms: number): Promise<ReplicaLease> {
  const lease = make();
  lease.start();
  await pass(ms);
  return lease;
}

describe('the Lease of a replica', () => {
  it('is made as soon as it can be where the API server is away at the start', async () => {
    const { state, make, errors, pass } = world();
    state.away = true;
    const lease = make();
    lease.start();
    await pass(10_000);
    expect([state.made, errors.length]).toEqual([0, 2]);
    state.away = false;
    await pass(10_000);
    expect(state.made).toBe(1);
    await lease.stop();
  });

  it('is deleted when it has not been renewed for ten minutes', async () => {
    const one = world();
    const lease = await running(one, MINUTE);
    one.state.otherLives = false;
    await one.pass(9 * MINUTE);
    await lease.sweep();
    expect(one.state.deleted).toEqual([]);
    await one.pass(MINUTE);
    await lease.sweep();
    expect(one.state.deleted).toEqual(['kg-replica-pod-2']);
    await lease.stop();
  });
});

describe.each([0, MINUTE, -MINUTE, HOUR, -HOUR])('a replica whose clock is %i ms ahead', (skew) => {
  it('takes the other for alive as long as it renews, without a request', async () => {
    const one = world({ skew });
    const lease = await running(one, 2 * MINUTE);
    expect(await lease.isAlive('pod-2')).toBe(true);
    await lease.sweep();
    expect(one.state).toMatchObject({ asked: 0, deleted: [] });
    await lease.stop();
  });

  it('takes it for dead 40 s after the last renewal that it saw, not before', async () => {
    const one = world({ skew });
    const lease = await running(one, MINUTE);
    one.state.otherLives = false;
    await one.pass(30_000);
    expect(await lease.isAlive('pod-2')).toBe(true);
    await one.pass(10_000);
    expect(await lease.isAlive('pod-2')).toBe(false);
    await lease.stop();
  });
});

describe('a replica takes nobody for dead', () => {
  it('whom it has not watched for 40 s', async () => {
    const one = world();
    one.state.now = HOUR;
    one.state.otherLives = false;
    const late = await running(one, 0);
    expect(await late.isAlive('pod-2')).toBe(true);
    await one.pass(30_000);
    expect(await late.isAlive('pod-2')).toBe(true);
    await one.pass(10_000);
    expect(await late.isAlive('pod-2')).toBe(false);
    await late.stop();
  });

  it('who may have been unable to renew', async () => {
    const one = world();
    const lease = await running(one, 30_000);
    one.state.away = true;
    await one.pass(MINUTE);
    one.state.away = false;
    one.state.otherLives = false;
    await one.pass(10_000);
    expect(await lease.isAlive('pod-2')).toBe(true);
    await one.pass(20_000);
    expect(await lease.isAlive('pod-2')).toBe(false);
    await lease.stop();
  });

  it('whose renewals its own watch does not show', async () => {
    const one = world();
    const lease = await running(one, 30_000);
    one.state.watchLags = true;
    await one.pass(2 * MINUTE);
    expect(await lease.isAlive('pod-2')).toBe(true);
    await lease.stop();
  });
});

it('a replica without a Lease is dead', async () => {
  const one = world({ other: false });
  const lease = await running(one, MINUTE);
  expect(await lease.isAlive('pod-2')).toBe(false);
  await lease.stop();
});
