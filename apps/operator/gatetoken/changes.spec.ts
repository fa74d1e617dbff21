import { beforeEach, describe, expect, it } from 'vitest';
import { type GateToken, type GateTokenStatus } from '#libs/api';
import { Informer, OwnClient, types, WorkQueue } from '#libs/kube';
import { WatchedApi } from '../testing/watched-api.js';
import { TokenChanges } from './changes.js';

let shown: Record<string, (token: GateToken, old?: GateToken) => void>;
let changes: TokenChanges;
let looks: string[];

beforeEach(() => {
  shown = {};
  const gateTokens = { on: (event: string, handler: () => void) => void (shown[event] = handler) };
  changes = new TokenChanges({ gateTokens: gateTokens as unknown as Informer<GateToken> });
  looks = [];
  changes.onChange((key) => looks.push(key));
});

function token(version: number, status?: GateTokenStatus, generation = 1): GateToken {
  const metadata = { name: 't', namespace: 'n', uid: 'u', generation, resourceVersion: `${version}` };
  return { metadata, spec: {}, ...(status && { status }) } as GateToken;
}

const put = (next: GateToken, old?: GateToken) => shown['put']?.(next, old);
const READY = { phase: 'Ready', token: 'jwt' } as const;

it('looks at what is new, and at another of the same name', () => {
  put(token(1));
  put(token(2), { ...token(1), metadata: { ...token(1).metadata, uid: 'other' } });
  expect(looks).toEqual(['n/t', 'n/t']);
});

it('looks at changes that others make, to the spec or to the fields that the operator owns', () => {
  put(token(2, READY, 2), token(1, READY, 1));
  put(token(3, { ...READY, token: 'forged' }), token(2, READY));
  put(token(4), token(3, READY));
  expect(looks).toHaveLength(3);
});

it('looks at nothing that a gateway wrote, and at no label', () => {
  put(token(2, { ...READY, live: 1, 'last-used': 'now', redeemed: { at: 'now', by: 'x' } }), token(1, READY));
  put({ ...token(3, READY), metadata: { ...token(3).metadata, labels: { a: 'b' } } }, token(2, READY));
  expect(looks).toEqual([]);
});

describe('its own write', () => {
  const write = (stored: GateToken | undefined) => changes.writing(token(1), async () => stored);

  it('is not looked at, once', async () => {
    expect(await write(token(2, READY))).toMatchObject({ status: READY });
    put(token(2, READY), token(1));
    expect(looks).toEqual([]);
    put(token(3), token(2, READY));
    expect(looks).toEqual(['n/t']);
  });

  it('is not looked at when the watch is faster than the answer', async () => {
    await changes.writing(token(1), async () => {
      put(token(2, READY), token(1));
      return token(2, READY);
    });
    expect(looks).toEqual([]);
    put(token(3), token(2, READY));
    expect(looks).toEqual(['n/t']);
  });

  it.each<[string, number]>([
    ['before it', 2],
    ['after it', 4],
  ])('hides no change that came meanwhile: %s', async (_when, version) => {
    await changes.writing(token(1), async () => {
      put(token(version, undefined, 2), token(1));
      put(token(3, READY, 2), token(2));
      return token(3, READY, 2);
    });
    expect(looks).toEqual(['n/t']);
  });

  it('hides no change when it fails, nor when the object is gone', async () => {
    const failing = changes.writing(token(1), async () => {
      put(token(2, undefined, 2), token(1));
      throw new Error('409');
    });
    await expect(failing).rejects.toThrow('409');
    expect(looks).toEqual(['n/t']);
    expect(await write(undefined)).toBeUndefined();
    put(token(3, READY), token(2));
    expect(looks).toEqual(['n/t', 'n/t']);
  });

  it('hides no change that the watch shows in its place', async () => {
    await write(token(2, READY));
    put(token(3, READY, 2), token(1));
    expect(looks).toEqual(['n/t']);
  });

  it('hides no change after a write that changed nothing', async () => {
    await write(token(1));
    put(token(2, READY), token(1));
    expect(looks).toEqual(['n/t']);
  });
});

it('looks once at each GateToken, and once more at what others change, with a real watch and many at once', async () => {
  const api = await WatchedApi.start();
  const client = new OwnClient(api.upstream);
  const gateTokens = new Informer<GateToken>(client, types.gateTokens, { namespace: 'n' });
  const own = new TokenChanges({ gateTokens });
  const looked: string[] = [];
  const queue = new WorkQueue(
    async (key) => {
      looked.push(key);
      const found = gateTokens.get(key.replace('n/', ''), 'n');
      if (!found || found.status?.phase === 'Ready') return;
      const next = { ...found, status: { ...READY, 'vm-uid': key } };
      await own.writing(found, () => client.replace(types.gateTokens, next));
    },
    { concurrency: 16 },
  );
  own.onChange((key) => queue.add(key));
  const path = (name: string) => `/apis/kubegateway.kubevirt.io/v1beta1/namespaces/n/gatetokens/${name}`;
  const names = Array.from({ length: 50 }, (_, i) => `t${i}`);
  const phaseOf = (name: string) => (api.objects.get(path(name)) as GateToken | undefined)?.status?.phase;
  const put = (name: string, generation: number) =>
    api.put(path(name), { metadata: { name, namespace: 'n', generation }, spec: {} } as unknown as GateToken);
  for (const name of names) put(name, 1);
  gateTokens.start();
  await expect.poll(() => names.every((name) => phaseOf(name) === 'Ready') && queue.length === 0).toBe(true);
  put('t7', 2);
  await expect.poll(() => phaseOf('t7') === 'Ready' && queue.length === 0).toBe(true);
  put('last', 1);
  await expect.poll(() => phaseOf('last')).toBe('Ready'); // All that came before has been shown.
  await queue.stop();
  await gateTokens.stop();
  await api.close();
  expect(looked.sort()).toEqual([...names, 't7', 'last'].map((name) => `n/${name}`).sort());
  expect(api.writes).toHaveLength(names.length + 2);
});
