import { expect, it } from 'vitest';
import { type GateSession, type GateSessionStatus } from '#libs/api';
import { type Informer, type OwnClient } from '#libs/kube';
import { type Watches } from '../cluster/watches.js';
import { type GatewayConfig } from '../config/config.js';
import { type ReplicaLease } from './replica-lease.js';
import { SessionRecords, type SessionStart } from './session-records.js';

const START: SessionStart = { vm: 'demo', kind: 'vnc', 'client-address': '192.0.2.1' };
const HOUR = 3_600_000;

/**
 * The records of pod-1, where pod-2 lives and pod-3 is dead. The watch shows what the API server stored before its
 * answer arrives.
 * @param skew how far this replica's clock is ahead of the API server's
 * @param lags the watch shows ends only on demand
 */
function setUp({ skew = 0, lags = false } = {}) {
  const stored = new Map<string, GateSession>();
  const asked: string[] = [];
  const ends: (() => void)[] = [];
  const handlers: Record<string, (object: GateSession) => void> = {};
  const sessions = {
    on: (event: string, handler: (object: GateSession) => void) => {
      handlers[event] = handler;
      return sessions;
    },
    list: () => [...stored.values()],
  };
  const show = (name: string, spec: Partial<GateSession['spec']>, status?: GateSessionStatus): void => {
    const metadata = { name, creationTimestamp: new Date(0).toISOString() };
    const object = { metadata, spec: { ...START, ...spec }, ...(status && { status }) } as GateSession;
    stored.set(name, object);
    handlers['put']?.(object);
  };
  const answers: (() => void)[] = [];
  const client = {
    create: (_: unknown, { spec }: GateSession) => {
      show('new', spec);
      return new Promise((resolve) => answers.push(() => resolve({ metadata: { name: 'new' } })));
    },
    patch: async (_: unknown, name: string, __: string, { status }: { status: GateSessionStatus }) => {
      const shown = (): void => show(name, stored.get(name)?.spec ?? {}, { ...stored.get(name)?.status, ...status });
      if (status.phase === 'Ended' && lags) ends.push(shown);
      else shown();
    },
  } as unknown as OwnClient;
  const isAlive = async (pod: string): Promise<boolean> => {
    asked.push(pod);
    return pod !== 'pod-3';
  };
  const watches = { sessions: sessions as unknown as Informer<GateSession> } as Watches;
  const config = { namespace: 'ns', podName: 'pod-1' } as GatewayConfig;
  const clock = { now: () => skew, monotonic: () => 0 };
  const records = new SessionRecords(client, watches, { isAlive } as unknown as ReplicaLease, config, clock);
  const phases = () => Object.fromEntries([...stored].map(([name, { status }]) => [name, status?.phase ?? 'none']));
  return { records, show, phases, stored, asked, ends, answer: () => answers.splice(0).forEach((one) => one()) };
}

it.each([0, 60_000, HOUR, -HOUR])(
  'does not take a console that is opening for an orphan, with a clock %i ms ahead',
  async (skew) => {
    const { records, answer, phases } = setUp({ skew });
    const opening = records.create(START);
    await records.endOrphans();
    expect(phases()).toEqual({ new: 'none' });
    answer();
    const name = await opening;
    await records.endOrphans();
    expect(phases()).toEqual({ new: 'none' });
    await records.begin(name);
    await records.endOrphans();
    expect(phases()).toEqual({ new: 'Active' });
  },
);

it('ends what dead replicas and former processes left, and asks once for each replica', async () => {
  const { records, show, phases, asked } = setUp();
  for (const name of ['a', 'b', 'c']) show(`lives-${name}`, { pod: 'pod-2' }, { phase: 'Active' });
  for (const name of ['a', 'b', 'c']) show(`dead-${name}`, { pod: 'pod-3', token: 'gt' }, { phase: 'Active' });
  show('former', { pod: 'pod-1' }, { phase: 'Active' });
  expect(await records.endOrphans()).toEqual(new Map([['gt', 0]]));
  expect(phases()).toEqual({
    ...{ 'lives-a': 'Active', 'lives-b': 'Active', 'lives-c': 'Active' },
    ...{ 'dead-a': 'Ended', 'dead-b': 'Ended', 'dead-c': 'Ended', former: 'Ended' },
  });
  expect(asked).toEqual(['pod-2', 'pod-3', 'pod-1']);
});

it('keeps the reason of a console that ended, also while the watch still shows it as active', async () => {
  const { records, stored, answer, ends } = setUp({ lags: true });
  const opening = records.create(START);
  answer();
  await opening;
  await records.end('new', { bytesIn: 1, bytesOut: 2, reason: 'The link has expired.' });
  await records.endOrphans();
  expect(ends).toHaveLength(1);
  ends.splice(0).forEach((shown) => shown());
  await records.endOrphans();
  expect(ends).toEqual([]);
  expect(stored.get('new')?.status?.reason).toBe('The link has expired.');
});
