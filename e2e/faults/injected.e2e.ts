import { type CoreV1Event } from '@kubernetes/client-node';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type KubeObject, types } from '#libs/kube';
import { tokenOf } from '../support/accounts.js';
import { adminClient, createToken, readyToken, revokeToken } from '../support/admin.js';
import { Between, isTokenWatch, pods } from '../support/between.js';
import { cluster } from '../support/cluster.js';
import { ConsoleSocket } from '../support/console-socket.js';
import { type Act, type Fault, type Seen, statusBody } from '../support/faulty-proxy.js';
import { consoleSocketPath, cookiesOf, json } from '../support/gateway.js';
import { until } from '../support/until.js';

const admin = adminClient();
/** Requests of operator and gateway together within any second, whatever is broken. */
const MOST_A_SECOND = 60;

let between: Between;

beforeAll(async () => {
  between = await Between.start(admin);
});
afterAll(() => between?.stop());
afterEach(() => {
  between.proxy.liftAll();
  expect(between.signatures.changed()).toEqual([]);
});

const gone = `${JSON.stringify({ type: 'ERROR', object: statusBody(410) })}\n`;
const half = '{"type":"MODIFIED","object":{"kind":"GateToken","metadata":{"name":"a","resourceVe';
const isTokenRead = ({ method, path }: Seen): boolean => method === 'GET' && path.endsWith('/gatetokens');

interface Case {
  what: string;
  act: Act;
  matches?: Fault['matches'];
  /** Requests that meet the fault before and after things are changed behind it. */
  hits?: [number, number];
}

const CASES: Case[] = [
  { what: 'answers watches with 410', act: { answer: 410 } },
  { what: 'sends watches 410 as an ERROR event', act: { stream: gone } },
  { what: 'sends watches half an event', act: { stream: half } },
  { what: 'ends each watch at once', act: { stream: '' } },
  { what: 'answers watches with 429', act: { answer: 429, headers: { 'retry-after': '1' } } },
  { what: 'answers watches with 500', act: { answer: 500 } },
  { what: 'answers watches with 503', act: { answer: 503 } },
  { what: 'answers watches and lists with 500', act: { answer: 500 }, matches: isTokenRead },
  { what: 'is two seconds late', act: { delayMs: 2000 }, hits: [2, 2] },
];

describe('an API server in trouble', () => {
  it.each(CASES)(
    '$what: nothing is lost, and it is not overrun',
    async ({ what, act, matches = isTokenWatch, hits: [first, second] = [4, 8] }) => {
      const [stays, revoked, deleted] = await Promise.all([1, 2, 3].map(() => between.newToken()));
      if (!stays || !revoked || !deleted) throw new Error('no tokens');
      // One of them may still wait before its next try.
      await until('both watch', () => between.proxy.live(isTokenWatch) >= 2, 30_000);
      const from = performance.now();
      const { hits, lift } = between.proxy.set({ matches, act });
      expect(between.proxy.cut(isTokenWatch)).toBeGreaterThanOrEqual(2);
      await until('both have tried and tried again', () => hits() >= first, 30_000);
      const made = between.newName();
      await createToken(admin, made, { urls: [pods()] });
      await revokeToken(admin, revoked.name);
      await admin.delete(types.gateTokens, deleted.name, cluster().namespace);
      await until('they try on', () => hits() >= second, 45_000);
      lift();
      const lifted = performance.now();
      const jwt = await readyToken(admin, made);
      await until('the new one opens', async () => (await between.open(jwt)) === 200, 30_000);
      await until('the revoked one is refused', async () => (await between.open(revoked.jwt)) === 401, 30_000);
      await until('the deleted one is refused', async () => (await between.open(deleted.jwt)) === 401, 30_000);
      expect(await between.open(stays.jwt)).toBe(200);
      await between.ready();
      const busiest = between.proxy.busiestSecond(from);
      console.log(`${what}: well ${Math.round(performance.now() - lifted)} ms later, at most ${busiest} requests/s`);
      expect(busiest).toBeLessThan(MOST_A_SECOND);
    },
    180_000,
  );

  it('that cannot say what a signed-in user may do: their console says so, in a close code', async () => {
    const { url: origin } = between.gate;
    const body = JSON.stringify({ token: tokenOf('dev') });
    const login = await fetch(`${origin}/login`, { method: 'POST', headers: { ...json, origin }, body });
    const matches = ({ path }: Seen): boolean => path.endsWith('/selfsubjectaccessreviews');
    const { lift } = between.proxy.set({ matches, act: { answer: 503 } });
    const viewer = await ConsoleSocket.open(
      consoleSocketPath('demo'),
      { origin, cookie: cookiesOf(login) },
      [],
      origin,
    );
    const { code, reason } = await viewer.closed;
    lift();
    expect([code, reason]).toEqual([
      1013,
      expect.stringMatching(/^The gateway could not ask the cluster for your perm/),
    ]);
  });

  it('asks for three seconds and gets them, before a write and before a watch', async () => {
    const name = between.newName();
    const isStatus = ({ method, path }: Seen): boolean => method === 'PATCH' && path.endsWith(`/${name}/status`);
    const act = { answer: 429, headers: { 'retry-after': '3' } };
    const from = performance.now();
    const write = between.proxy.set({ matches: isStatus, act, times: 2 });
    await createToken(admin, name, { urls: [pods()] });
    await readyToken(admin, name);
    const watches = between.proxy.set({ matches: isTokenWatch, act });
    between.proxy.cut(isTokenWatch);
    await until('the watches were refused twice', () => watches.hits() >= 4, 30_000);
    watches.lift();
    write.lift();
    const seen = between.proxy.seen.filter(({ at }) => at > from);
    const gapsOf = (matches: Fault['matches']): number[] => {
      const times = seen.filter(matches).map(({ at }) => at);
      return times.slice(1).map((at, i) => at - (times[i] ?? 0));
    };
    const isOperator = (one: Seen): boolean => between.isOperator(one);
    const gaps = [
      ...gapsOf(isStatus),
      ...gapsOf((one) => isTokenWatch(one) && isOperator(one)).slice(-1),
      ...gapsOf((one) => isTokenWatch(one) && !isOperator(one)).slice(-1),
    ];
    expect(gaps.length).toBeGreaterThanOrEqual(4);
    expect(Math.min(...gaps)).toBeGreaterThan(2950);
    await between.ready();
  }, 90_000);

  it('refuses a status: an Event says so, it is not written again and again, and a change of the object is seen', async () => {
    const { namespace } = cluster();
    const name = between.newName();
    const matches = ({ method, path }: Seen): boolean => method === 'PATCH' && path.endsWith(`/${name}/status`);
    const { hits, lift } = between.proxy.set({ matches, act: { answer: 422 } });
    await createToken(admin, name, { urls: [pods()] });
    await until('an Event says so', async () => {
      const { items } = await admin.list<KubeObject & Pick<CoreV1Event, 'involvedObject' | 'reason'>>(
        types.events,
        namespace,
      );
      return items.some(({ involvedObject, reason }) => involvedObject.name === name && reason === 'StatusRefused');
    });
    // Within the time of another one it would have been tried six times.
    await between.newToken();
    expect(hits()).toBeLessThan(3);
    lift();
    await admin.patch(types.gateTokens, name, namespace, { spec: { description: 'again' } }, 'merge');
    await readyToken(admin, name);
  }, 60_000);
});
