import { afterEach, describe, expect, it, vi } from 'vitest';
import { KubeClient } from './client.js';
import { KubeError } from './errors.js';
import { LeaderElector, type Lease } from './leader-elector.js';
import { json, TestServer } from './testing/server.js';

interface State {
  lease?: Lease;
  down: boolean;
  silent: boolean;
  /** What a write changes arrives, but no answer to it. */
  cut: boolean;
  /** Called before each write. */
  onWrite?: ((sent: Lease) => void) | undefined;
}

/** Holds one Lease with the API server's rule of resource versions. */
async function leaseServer(): Promise<{ server: TestServer; state: State }> {
  const state: State = { down: false, silent: false, cut: false };
  let version = 0;
  const server = await TestServer.start((req, res, body) => {
    if (state.silent) return;
    if (state.down) return json(res, {}, 500);
    if (req.method === 'GET') return state.lease ? json(res, state.lease) : json(res, {}, 404);
    const sent = JSON.parse(body) as Lease;
    state.onWrite?.(sent);
    const known = state.lease?.metadata.resourceVersion;
    if (req.method === 'POST' ? state.lease : sent.metadata.resourceVersion !== known) return json(res, {}, 409);
    state.lease = { ...sent, metadata: { ...sent.metadata, resourceVersion: String((version += 1)) } };
    if (state.cut) return void res.destroy();
    json(res, state.lease);
  });
  return { server, state };
}

/** Another client changes the Lease, and not whose it is. */
function annotate({ lease }: State): void {
  if (lease) lease.metadata = { ...lease.metadata, resourceVersion: 'annotated', annotations: { by: 'another' } };
}

describe('LeaderElector', () => {
  let server: TestServer;
  const electors: LeaderElector[] = [];
  const log: string[] = [];

  function elector(identity: string, times = { leaseMs: 6000, renewDeadlineMs: 5000, retryMs: 10 }): LeaderElector {
    const made = new LeaderElector(new KubeClient(server.upstream), {
      namespace: 'n',
      name: 'l',
      identity,
      onStarted: () => log.push(`${identity} leads`),
      onStopped: () => log.push(`${identity} stopped`),
      ...times,
    });
    electors.push(made);
    made.start();
    return made;
  }

  afterEach(async () => {
    await Promise.all(electors.splice(0).map((each) => each.stop()));
    await server.close();
    log.length = 0;
  });

  it('lets one lead, and the next at once when it gives the lead back', async () => {
    ({ server } = await leaseServer());
    const a = elector('a');
    await expect.poll(() => log).toEqual(['a leads']);
    const b = elector('b');
    await a.stop();
    await expect.poll(() => log).toEqual(['a leads', 'a stopped', 'b leads']);
    expect(b.leading).toBe(true);
  });

  it('gives back a lead that it gets while it stops', async () => {
    const made = await leaseServer();
    server = made.server;
    // Its first try is under way.
    await elector('a').stop();
    expect(log).toEqual([]);
    expect(made.state.lease?.spec?.holderIdentity).toBe('');
    elector('b');
    await expect.poll(() => log).toEqual(['b leads']);
  });

  it('keeps the lead when someone changes the Lease between its reading and its writing', async () => {
    const { server: made, state } = await leaseServer();
    server = made;
    elector('a');
    await expect.poll(() => log).toEqual(['a leads']);
    state.onWrite = () => {
      state.onWrite = undefined;
      annotate(state);
    };
    await expect.poll(() => state.lease?.metadata.annotations).toEqual({ by: 'another' });
    await expect.poll(() => state.lease?.metadata.resourceVersion).not.toBe('annotated');
    expect(log).toEqual(['a leads']);
  });

  it('gives the lead back when someone changes the Lease meanwhile', async () => {
    const { server: made, state } = await leaseServer();
    server = made;
    const a = elector('a');
    await expect.poll(() => log).toEqual(['a leads']);
    let releases = 0;
    state.onWrite = ({ spec }) => {
      if (spec?.holderIdentity === '' && (releases += 1) === 1) annotate(state);
    };
    await a.stop();
    expect(releases).toBe(2);
    expect(state.lease?.spec?.holderIdentity).toBe('');
  });

  it('gives back a lead of which no answer told it', async () => {
    const { server: made, state } = await leaseServer();
    server = made;
    state.cut = true;
    const a = elector('a', { leaseMs: 6000, renewDeadlineMs: 5000, retryMs: 60_000 });
    await expect.poll(() => state.lease?.spec?.holderIdentity).toBe('a');
    state.cut = false;
    await a.stop();
    expect(log).toEqual([]);
    expect(state.lease?.spec?.holderIdentity).toBe('');
  });

  it('takes no lead by an answer that comes after it has stopped', async () => {
    ({ server } = await leaseServer());
    let refuse: (error: KubeError) => void = () => undefined;
    const answer = new Promise<never>((_, reject) => (refuse = reject));
    const create = vi.fn();
    const client = { get: () => answer, create } as unknown as KubeClient;
    const options = { namespace: 'n', name: 'l', identity: 'a', renewDeadlineMs: 20 };
    const late = new LeaderElector(client, { ...options, onStarted: create, onStopped: create });
    late.start();
    await late.stop();
    refuse(new KubeError({ code: 404, reason: 'NotFound', message: 'not found' }));
    await new Promise(setImmediate);
    expect(create).not.toHaveBeenCalled();
  });

  it('takes over a dead holder only when its record stood still for the length of the lease', async () => {
    const made = await leaseServer();
    server = made.server;
    made.state.lease = {
      metadata: { name: 'l', namespace: 'n', resourceVersion: '0' },
      // Long ago by the clock of another machine: that proves nothing.
      spec: { holderIdentity: 'dead', leaseDurationSeconds: 1, renewTime: '2000-01-01T00:00:00.000000Z' },
    };
    const begun = performance.now();
    elector('b');
    await vi.waitFor(() => expect(log).toEqual(['b leads']), { timeout: 5000 });
    expect(performance.now() - begun).toBeGreaterThan(900);
    expect(made.state.lease.spec?.leaseTransitions).toBe(1);
  });

  it('stops leading in time when the API server falls silent after a fault', async () => {
    const made = await leaseServer();
    server = made.server;
    let stoppedAt = 0;
    const a = elector('a', { leaseMs: 1500, renewDeadlineMs: 1000, retryMs: 600 });
    await expect.poll(() => a.leading).toBe(true);
    const renewedAt = performance.now();
    made.state.silent = true;
    await vi.waitFor(
      () => {
        expect(a.leading).toBe(false);
        stoppedAt ||= performance.now();
      },
      { timeout: 5000, interval: 5 },
    );
    expect(stoppedAt - renewedAt).toBeLessThan(1400);
  });

  it('stops leading when it cannot renew', async () => {
    const made = await leaseServer();
    server = made.server;
    elector('a', { leaseMs: 300, renewDeadlineMs: 200, retryMs: 10 });
    await expect.poll(() => log).toContain('a leads');
    made.state.down = true;
    await expect.poll(() => log.at(-1)).toBe('a stopped');
  });
});
