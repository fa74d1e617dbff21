import { beforeEach, expect, it } from 'vitest';
import { type GateToken } from '#libs/api';
import { type Informer } from '#libs/kube';
import { KeyUses } from './key-uses.js';

let shown: { put: (token: GateToken, old?: GateToken) => void; delete: (token: GateToken) => void };
let uses: KeyUses;

beforeEach(() => {
  const handlers: Record<string, unknown> = {};
  const gateTokens = { on: (event: string, handler: unknown) => void (handlers[event] = handler) };
  uses = new KeyUses({ gateTokens: gateTokens as unknown as Informer<GateToken> });
  shown = handlers as typeof shown;
});

function token(kid: string, exp: number, namespace = 'n'): GateToken {
  const header = Buffer.from(JSON.stringify({ alg: 'RS256', kid })).toString('base64url');
  return { metadata: { namespace }, spec: {}, status: { token: `${header}.e30.x`, data: { exp } } } as GateToken;
}

const inN = () => Object.fromEntries(uses.in('n'));

it('says for each key of a namespace when the last token that it signed ends', () => {
  for (const one of [token('a', 5), token('a', 9), token('a', 7), token('b', 3), token('a', 99, 'other')])
    shown.put(one);
  shown.put({ metadata: { namespace: 'n' }, spec: {} } as GateToken);
  expect(inN()).toEqual({ a: 9, b: 3 });
  expect(Object.fromEntries(uses.in('none'))).toEqual({});
});

it('forgets tokens that are deleted, signed by another key, or no longer stored', () => {
  const all = [token('a', 9), token('a', 9), token('a', 5)] as const;
  for (const one of all) shown.put(one);
  expect(inN()).toEqual({ a: 9 });
  shown.delete(all[0]);
  expect(inN()).toEqual({ a: 9 });
  shown.put(token('b', 9), all[1]);
  expect(inN()).toEqual({ a: 5, b: 9 });
  shown.put({ ...all[2], status: { phase: 'Revoked' } }, all[2]);
  expect(inN()).toEqual({ b: 9 });
  shown.delete(token('b', 9));
  expect(inN()).toEqual({});
});

it('says the same as a look at all tokens, whatever happens', () => {
  const tokens: GateToken[] = [];
  for (let i = 0; i < 500; i++) {
    const exp = (i * 7919) % 101;
    const next = token(`k${i % 3}`, exp);
    const at = (i * 31) % (tokens.length + 5);
    const old = tokens[at];
    if (old && i % 2) {
      shown.delete(old);
      tokens.splice(at, 1);
    } else if (old) {
      shown.put(next, old);
      tokens[at] = next;
    } else {
      shown.put(next);
      tokens.push(next);
    }
    const ends = new Map<string, number>();
    for (const { status } of tokens) {
      const { kid = '' } = JSON.parse(
        Buffer.from((status?.token ?? '').split('.')[0] ?? '', 'base64url').toString(),
      ) as {
        kid?: string;
      };
      ends.set(kid, Math.max(ends.get(kid) ?? 0, status?.data?.exp ?? 0));
    }
    expect(inN()).toEqual(Object.fromEntries(ends));
  }
});
