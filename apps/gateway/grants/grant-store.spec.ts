import { EventEmitter } from 'node:events';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { API_VERSION, type GateToken } from '#libs/api';
import { type Informer, type ListOptions, type OwnClient } from '#libs/kube';
import { type GatewayConfig } from '../config/config.js';
import { approvalOf, SecretKey } from '#libs/token';
import { LAST_GRANT } from './cookies.js';
import { GrantReader, type Presented } from './grant-reader.js';
import { GrantStore } from './grant-store.js';
import { Handles } from './handle.js';
import { type Verifier } from './verifier.js';

const NOW = Date.parse('2030-01-01T00:00:00Z');
const KEY = new SecretKey(Buffer.alloc(32, 7));

beforeEach(() => void vi.useFakeTimers({ now: NOW }));
afterEach(() => void vi.useRealTimers());

/** A gateway whose watch shows nothing, and what it asks an API server that has these GateTokens. */
function setUp(tokens: GateToken[] = []) {
  const asked: ListOptions[] = [];
  const client: Pick<OwnClient, 'get' | 'list'> = {
    get: () => Promise.reject(new Error('nothing is asked for by name')),
    list: (async (_: unknown, __: string, options: ListOptions) => {
      asked.push(options);
      const from = Number(options.continue ?? 0);
      const to = from + (options.limit ?? Infinity);
      const items = tokens.slice(from, to);
      return { items, metadata: to < tokens.length ? { continue: String(to) } : {} };
    }) as unknown as OwnClient['list'],
  };
  const watch = new EventEmitter();
  const clock = { now: () => Date.now(), monotonic: () => performance.now() };
  const config = { namespace: 'ns', gateServer: 'gs', sessionKey: KEY };
  const store = new GrantStore({ tokens: watch as unknown as Informer<GateToken> }, client, config, clock);
  const handles = new Handles(config);
  const reader = new GrantReader(store, {} as Verifier, handles, config as unknown as GatewayConfig, clock);
  const cookie = (uid: string, exp = NOW / 1000 + 3600) => handles.write({ uid, exp, nonce: 'n'.repeat(16) });
  return { store, watch, asked, cookie, open: (value: string) => outcome(presented(reader, value)) };
}

function token(uid: string): GateToken {
  const metadata = { name: `gt-${uid}`, namespace: 'ns', uid, resourceVersion: '1' };
  const data = { nbf: 0, exp: NOW / 1000 + 3600, urls: [], verbs: ['get'], from: '', until: '', duration: '1h' };
  const spec = { vm: 'demo', 'link-hash': `hash-${uid}` };
  const made: GateToken = {
    apiVersion: API_VERSION,
    kind: 'GateToken',
    metadata,
    spec,
    status: { phase: 'Ready', data },
  };
  return { ...made, status: { ...made.status, approval: approvalOf(KEY, made) } };
}

/** @throws GrantError where a cookie of this value gives nothing */
async function presented(reader: GrantReader, value: string): Promise<Presented> {
  const { grants, faults } = await reader.read({ cookie: `${LAST_GRANT}=${value}` });
  const [found] = grants;
  if (found === undefined) throw faults[0] ?? new Error('the header holds nothing');
  return found;
}

/** What is found: the grant's UID, or the code of the error. */
async function outcome(finding: Promise<{ uid?: string; grant?: { uid: string } }>): Promise<string> {
  const found = finding.then(
    ({ uid, grant }) => uid ?? grant?.uid ?? '',
    (error: unknown) => (error as { code: string }).code,
  );
  await vi.advanceTimersByTimeAsync(0);
  return found;
}

/** Of ten minutes, each second so many. */
async function everySecond(many: number, ask: (i: number) => Promise<unknown>): Promise<unknown[]> {
  const asking: Promise<unknown>[] = [];
  for (let second = 0; second < 600; second++) {
    for (let i = 0; i < many; i++) asking.push(ask(second * many + i));
    await vi.advanceTimersByTimeAsync(1000);
  }
  return Promise.all(asking);
}

it('keeps the objects of the watch, and none of the same version that a reading brought', async () => {
  const { store, watch } = setUp([token('known'), token('new')]);
  watch.emit('put', token('known'));
  const before = await store.byUid('known');
  expect(await outcome(store.byLinkHash('hash-new'))).toBe('new');
  expect(await store.byUid('known')).toBe(before);
  const [fromReading, fromWatch] = [await store.byUid('new'), token('new')];
  watch.emit('put', fromWatch);
  expect(await store.byUid('new')).not.toBe(fromReading);
});

it('a flood of unknown link codes costs 20 readings at once, then one every 30 s', async () => {
  const { store, asked } = setUp();
  const answers = await everySecond(50, (i) => outcome(store.byLinkHash(`made-up-${i}`)));
  expect(new Set(answers)).toEqual(new Set(['unknown']));
  expect(asked.length).toBeGreaterThan(20);
  expect(asked.length).toBeLessThanOrEqual(41);
});

it('a link that was just issued opens after such a flood too: the watch brings it', async () => {
  const { store } = setUp();
  await everySecond(50, (i) => outcome(store.byLinkHash(`unknown-${i}`)));
  // The one reading that is allowed by now.
  void outcome(store.byLinkHash('unknown'));
  await vi.advanceTimersByTimeAsync(2000);
  const opening = outcome(store.byLinkHash('hash-new'));
  await vi.advanceTimersByTimeAsync(500);
  store.put(token('new'));
  expect(await opening).toBe('new');
  const never = outcome(store.byLinkHash('hash-never'));
  await vi.advanceTimersByTimeAsync(2000);
  expect(await never).toBe('unknown');
});

it('1000 at most wait for a code that is not known yet; those who come later are told to try again', async () => {
  const { store } = setUp();
  const waiting = Array.from({ length: 1000 }, (_, i) => outcome(store.byLinkHash(`made-up-${i}`)));
  const refused = { code: 503, message: 'Too many links are being opened right now.', retryAfter: 2 };
  await expect(store.byLinkHash('one-more')).rejects.toMatchObject(refused);
  store.put(token('known'));
  expect(await outcome(store.byLinkHash('hash-known'))).toBe('known');
  await vi.advanceTimersByTimeAsync(2000);
  expect(new Set(await Promise.all(waiting))).toEqual(new Set(['unknown']));
  const later = outcome(store.byLinkHash('one-more'));
  await vi.advanceTimersByTimeAsync(2000);
  expect(await later).toBe('unknown');
});

it('those who wait for the watch alone count, too', async () => {
  const { store } = setUp();
  await everySecond(50, (i) => outcome(store.byLinkHash(`spent-${i}`)));
  void outcome(store.byLinkHash('the one reading that is allowed by now'));
  await vi.advanceTimersByTimeAsync(2000);
  const waiting = Array.from({ length: 1000 }, (_, i) => outcome(store.byLinkHash(`made-up-${i}`)));
  await expect(store.byLinkHash('one-more')).rejects.toMatchObject({ code: 503 });
  await vi.advanceTimersByTimeAsync(2000);
  await Promise.all(waiting);
});

it('cookies of grants that were deleted cost one reading, not one a second', async () => {
  const { asked, cookie, open } = setUp();
  const answers = await everySecond(16, (i) => open(cookie(`deleted-${i % 16}`)));
  expect(new Set(answers)).toEqual(new Set(['deleted']));
  expect(asked.length).toBeLessThanOrEqual(2);
});

it('a cookie of a grant that ended costs nothing', async () => {
  const { asked, cookie, open } = setUp([token('one')]);
  expect(await open(cookie('one', NOW / 1000))).toBe('expired');
  expect(asked).toEqual([]);
});

it('reads page by page, each small even where every grant is as large as it may be', async () => {
  const { store, asked } = setUp(Array.from({ length: 240 }, (_, i) => token(String(i))));
  expect(await outcome(store.byLinkHash('hash-239'))).toBe('239');
  expect(asked).toEqual([{ limit: 100 }, { limit: 100, continue: '100' }, { limit: 100, continue: '200' }]);
});

it.each(['code', 'cookie'])('finds what was made a moment after a reading, by its %s', async (how) => {
  const tokens: GateToken[] = [];
  const { store, cookie, open } = setUp(tokens);
  expect(await outcome(store.byLinkHash('hash-late'))).toBe('unknown');
  tokens.push(token('late'));
  const finding = how === 'code' ? outcome(store.byLinkHash('hash-late')) : open(cookie('late'));
  await vi.advanceTimersByTimeAsync(1000);
  expect(await finding).toBe('late');
});

describe('a link-hash that another GateToken has too: anyone who can read and create GateTokens can copy it (row 8)', () => {
  const made = (uid: string, creationTimestamp: string, status: GateToken['status'] = {}): GateToken => {
    const { metadata, spec, ...rest } = token(uid);
    return {
      ...rest,
      metadata: { ...metadata, creationTimestamp },
      spec: { ...spec, 'link-hash': 'copied' },
      status: { ...rest.status, ...status },
    };
  };
  const guests = made('guests', '2030-01-01T00:00:01Z');
  const copy = made('copy', '2030-01-01T00:00:02Z', { 'gate-server': 'another' });

  it.each([
    ['later', [guests, copy]],
    ['earlier', [copy, guests]],
  ])('opens the older one; the copy comes %s in a list', async (_when, tokens) => {
    const { store } = setUp();
    for (const one of tokens) store.put(one);
    expect(await outcome(store.byLinkHash('copied'))).toBe('guests');
  });

  it('opens neither where both are of one second, and says why, until one is gone', async () => {
    const { store, watch } = setUp();
    const twin = made('copy', '2030-01-01T00:00:01Z');
    for (const one of [guests, twin]) store.put(one);
    expect(await outcome(store.byLinkHash('copied'))).toBe('ambiguous');
    watch.emit('delete', twin);
    expect(await outcome(store.byLinkHash('copied'))).toBe('guests');
  });

  it('opens the older one where two later ones are of one second', async () => {
    const { store } = setUp();
    for (const one of [copy, guests, made('another', '2030-01-01T00:00:02Z')]) store.put(one);
    expect(await outcome(store.byLinkHash('copied'))).toBe('guests');
  });

  it('opens the other one still when the copy is deleted', async () => {
    const { store, watch } = setUp();
    for (const one of [guests, copy]) store.put(one);
    watch.emit('delete', copy);
    expect(await outcome(store.byLinkHash('copied'))).toBe('guests');
  });
});
