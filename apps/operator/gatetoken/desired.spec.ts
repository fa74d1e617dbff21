import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { type GateServer, type GateServerStatus, type GateToken, type GateTokenSpec, SIGNING_KEY } from '#libs/api';
import { generateKeyPair } from '#libs/token';
import { base64 } from '../gateserver/material.js';
import { type SecretObject } from '../cluster/manifest.js';
import { decisionOf } from './desired.js';

const NOW = Date.parse('2030-01-01T12:00:00Z');
const URLS = ['/api/v1/namespaces/n/pods'];

let data: Record<string, string>;
beforeAll(async () => {
  const pair = await generateKeyPair();
  data = { 'tls.key': base64(pair['tls.key']), 'tls.crt': base64(pair['tls.crt']) };
});

function server(
  name = 'gs',
  status: Partial<GateServerStatus> = {},
  spec: Partial<GateServer['spec']> = {},
): GateServer {
  return {
    metadata: { name, namespace: 'n' },
    spec: { route: `${name}.example.com`, ...spec },
    status: { phase: 'Ready', 'secret-name': `${name}-jwt-secret`, ...status },
  } as GateServer;
}

function judged(spec: GateTokenSpec, servers: GateServer[], secrets: Record<string, SecretObject> = {}, status = {}) {
  const token = {
    metadata: { name: 't', namespace: 'n', uid: 'u', creationTimestamp: '2030-01-01T12:00:00Z' },
    spec,
    status,
  } as GateToken;
  const secretOf = (name: string) => secrets[name] ?? { metadata: { name }, data };
  return decisionOf({ token, servers, secretOf, vm: undefined }, NOW);
}

describe('a GateServer in error, such as one whose account belongs to another owner (security row 16)', () => {
  it.each<[string, GateTokenSpec]>([
    ['a token', { urls: URLS }],
    ['a link', { urls: URLS, 'link-hash': 'h'.repeat(43) }],
  ])('%s is not given out, until it is cured', (_what, spec) => {
    const decision = judged(spec, [server('gs', { phase: 'Error' })]);
    expect(decision).toMatchObject({ phase: 'Pending', reason: 'GateServerNotReady' });
    expect(decision).toHaveProperty('message', expect.stringMatching(/GateServer gs is in error.*see its conditions/));
    expect(judged(spec, [server('gs', { phase: 'Progressing' })]).phase).toBe('Ready');
  });

  it('takes nothing back', () => {
    expect(judged({ urls: URLS }, [server('gs', { phase: 'Error' })], {}, { phase: 'Ready' }).phase).toBe('Ready');
  });
});

describe('what is given out stays with its GateServer, when the namespace gets another (security row 15)', () => {
  const both = [server('a'), server('b')];
  const marked = { mine: { metadata: { name: 'mine', annotations: { [SIGNING_KEY]: 'true' } }, data: {} } };
  it.each<[string, GateTokenSpec]>([
    ['without a secret-name', { urls: URLS }],
    ['of a marked secret', { urls: URLS, 'secret-name': 'mine', 'link-hash': 'h'.repeat(43) }],
  ])('a token %s', (_what, spec) => {
    const given = { phase: 'Ready', 'gate-server': 'b' };
    expect(judged(spec, both, marked, given)).toMatchObject({ phase: 'Ready', server: 'b' });
    expect(judged(spec, both, marked)).toMatchObject({ phase: 'Error', reason: 'AmbiguousGateServer' });
    const gone = { phase: 'Ready', 'gate-server': 'c' };
    expect(judged(spec, both, marked, gone)).toMatchObject({ phase: 'Error', reason: 'AmbiguousGateServer' });
  });

  it('a name that it says itself goes before', () => {
    const spec = { urls: URLS, 'secret-name': 'a-jwt-secret' };
    expect(judged(spec, both, {}, { 'gate-server': 'b' })).toMatchObject({ phase: 'Ready', server: 'a' });
  });
});

it('says which gateway opens for it (security row 15)', () => {
  const both = [server('a'), server('b')];
  expect(judged({ urls: URLS, 'secret-name': 'b-jwt-secret' }, both)).toMatchObject({ phase: 'Ready', server: 'b' });
  expect(judged({ urls: URLS }, [server('a')])).toMatchObject({ phase: 'Ready', server: 'a' });
});

describe('max-duration limits what is issued from now on', () => {
  const lowered = [server('gs', {}, { 'max-duration': '10m' })];
  it.each<[string, GateTokenSpec]>([
    ['a token', { urls: URLS }],
    ['a link', { urls: URLS, 'link-hash': 'h'.repeat(43) }],
    ['a grant that is not valid yet', { urls: URLS, from: '2030-01-02T00:00:00Z' }],
  ])('%s that was issued before stays', (_what, spec) => {
    expect(judged(spec, lowered, {}, { phase: 'Ready', 'gate-server': 'gs' }).phase).toBe('Ready');
    expect(judged(spec, lowered)).toMatchObject({ phase: 'Error', reason: 'DurationTooLong' });
  });
});

it('says of each time either Error, or an RFC 3339 period that can be written to the status', () => {
  const pad = (length: number, max: number) => fc.nat({ max }).map((part) => String(part).padStart(length, '0'));
  const odd = fc
    .tuple(
      pad(4, 9999),
      pad(2, 13),
      pad(2, 32),
      pad(2, 24),
      pad(2, 60),
      fc.constantFrom('Z', '+24:00', '-23:59', '+05:00'),
    )
    .map(([year, month, day, hour, minute, zone]) => `${year}-${month}-${day}T${hour}:${minute}:00${zone}`);
  const from = fc.oneof(
    odd,
    fc.constantFrom('9999-12-31T23:59:59Z', '0000-01-01T00:00:00+05:00', '1969-12-31T23:59:59Z'),
  );
  const duration = fc.constantFrom('1s', '1h', '24h', '2562047h');
  fc.assert(
    fc.property(from, duration, (start, lasts) => {
      const decision = judged({ urls: URLS, from: start, duration: lasts }, [server()]);
      const written = 'data' in decision ? decision.data : undefined;
      expect(written === undefined).toBe(decision.phase === 'Error' || decision.phase === 'Pending');
      for (const time of written ? [written.from, written.until] : [])
        expect(time).toMatch(/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}Z$/);
    }),
  );
});
