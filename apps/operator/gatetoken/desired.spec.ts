import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { type GateServer, type GateServerStatus, type GateToken, type GateTokenSpec, SIGNING_KEY } from '#libs/api';
import { approvalOf, generateKeyPair, SecretKey } from '#libs/token';
import { base64 } from '../gateserver/material.js';
import { type SecretObject } from '../cluster/manifest.js';
import { refusalsOf, refusalsOfObject } from '../../../libs/api/testing/refusals.js';
import { decisionOf } from './desired.js';
import { gateTokenStatus } from './status.js';

const NOW = Date.parse('2030-01-01T12:00:00Z');
const KEY = new SecretKey(Buffer.alloc(32, 7));
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
    status: { ...status },
  } as GateToken;
  // A Ready one is an approved one.
  if (token.status?.phase === 'Ready') token.status.approval = approvalOf(KEY, token);
  const secretOf = (name: string) => secrets[name] ?? { metadata: { name }, data };
  return decisionOf(
    {
      token,
      servers,
      secretOf,
      gatewayKeyOf: () => KEY,
      sealKeys: undefined,
      publishedBy: () => new Set(),
      vm: undefined,
    },
    NOW,
  );
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

describe('a path that no grant reaches (security row 3)', () => {
  it.each([
    ['/api/v1/namespaces/n/secrets', 'secrets'],
    ['/api/v1/namespaces/n/secrets/*', 'secrets'],
    ['/apis/rbac.authorization.k8s.io/v1/*', 'roles and bindings'],
    ['/api/v1/namespaces/n/serviceaccounts/default/token', 'service account tokens'],
  ])('%s is refused with its name, not called Ready', (url, what) => {
    const message = `spec.urls: ${url} has no effect, because no grant can give access to ${what}: leave it out.`;
    expect(judged({ urls: [...URLS, url] }, [server()])).toMatchObject({
      ...{ phase: 'Error', reason: 'InvalidGrant', message },
    });
  });

  it('takes nothing back from a token that is given out', () => {
    const spec = { urls: [...URLS, '/api/v1/namespaces/n/secrets'] };
    expect(judged(spec, [server()], {}, { phase: 'Ready' }).phase).toBe('Ready');
  });
});

describe('a grant of more permissions than can be asked about (security row 13)', () => {
  const urls = Array.from({ length: 201 }, (_, i) => `${URLS[0]}/p${i}`);

  it('is not given out', () => {
    const message =
      'spec.urls: more than 200 distinct permissions are required: use fewer URLs or verbs, or split the grant.';
    const spec = { urls, 'link-hash': 'h'.repeat(43) };
    expect(judged(spec, [server()])).toMatchObject({ phase: 'Error', reason: 'InvalidGrant', message });
    expect(judged({ ...spec, urls: urls.slice(1) }, [server()]).phase).toBe('Ready');
  });

  it('takes nothing back', () => {
    expect(judged({ urls }, [server()], {}, { phase: 'Ready' }).phase).toBe('Ready');
  });
});

describe('a grant that an earlier schema took', () => {
  const long = Array.from({ length: 64 }, (_, i) => `/api/v1/namespaces/n/pods/p/log/${i}`.padEnd(1100, 'x'));

  it.each<[string, string[], string]>([
    ['of more than 64 KiB of paths', long, 'at most 65536 characters in all: use fewer or shorter paths'],
    ['for a version that no API has', ['/api/V1/namespaces/n/pods'], '"V1" is not the version of an API'],
  ])('%s is not given out, and stays where it was', (_what, urls, told) => {
    const spec = { urls, 'link-hash': 'h'.repeat(43) };
    const refused = judged(spec, [server()]);
    expect(refused).toMatchObject({ phase: 'Error', reason: 'InvalidGrant' });
    expect(refused).toHaveProperty('message', expect.stringContaining(told));
    expect(judged(spec, [server()], {}, { phase: 'Ready' }).phase).toBe('Ready');
  });
});

describe('a grant that begins in more than a year', () => {
  const from = '2031-01-02T12:00:01Z';

  it.each<[string, GateTokenSpec]>([
    ['a token', { urls: URLS, from }],
    ['a link', { urls: URLS, from, 'link-hash': 'h'.repeat(43) }],
  ])('%s is not given out: the key that signs it would stay in force until its end', (_what, spec) => {
    const message =
      'spec.from is more than a year (366 days) after the GateToken was created: use 2031-01-02T12:00:00Z or an earlier time.';
    expect(judged(spec, [server()])).toMatchObject({ phase: 'Error', reason: 'InvalidWindow', message });
    expect(judged({ ...spec, from: '2031-01-02T12:00:00Z' }, [server()]).phase).toBe('Ready');
  });

  it('takes nothing back', () => {
    expect(judged({ urls: URLS, from }, [server()], {}, { phase: 'Ready' }).phase).toBe('Ready');
  });
});

it('says in one sentence what to do with a secret-name that is no signing key', () => {
  const foreign = (servers: GateServer[]) => {
    const decision = judged({ urls: URLS, 'secret-name': 'x' }, servers, { x: { metadata: { name: 'x' }, data: {} } });
    return 'message' in decision ? decision.message.split('namespace "n"')[1] : '';
  };
  const annotate = `annotate that Secret with ${SIGNING_KEY}=true.`;
  expect(foreign([server()])).toBe(`: use gs-jwt-secret, or ${annotate}`);
  expect(foreign([])).toBe(`: ${annotate}`);
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

describe('a GateServer that stores no tokens (security row 8)', () => {
  const none = [server('gs', {}, { 'store-tokens': false, 'public-urls': ['https://gate.example.com'] })];

  it.each<[string, GateTokenSpec]>([
    ['signed with the key of the GateServer', { urls: URLS }],
    ['signed with an annotated key', { urls: URLS, 'secret-name': 'mine' }],
    ['single-use', { urls: URLS, 'single-use': true }],
    ['not valid yet', { urls: URLS, from: '2030-01-02T00:00:00Z' }],
  ])('no JWT is made of a grant that is %s', (_what, spec) => {
    const mine = { mine: { metadata: { name: 'mine', annotations: { [SIGNING_KEY]: 'true' } }, data } };
    expect(judged(spec, none, mine)).toEqual({
      phase: 'Error',
      reason: 'TokensNotStored',
      message:
        'GateServer gs stores no tokens (its spec.store-tokens is false). Create a GateToken with spec.link-hash instead, the base64url SHA-256 of a random code: its link is https://gate.example.com/l#CODE.',
      end: expect.any(Number) as number,
    });
    expect(judged(spec, [server()], mine).phase).toBe('Ready');
  });

  it('links go on, new and old', () => {
    const link = { urls: URLS, 'link-hash': 'h'.repeat(43) };
    expect(judged(link, none)).toMatchObject({ phase: 'Ready' });
    expect(judged(link, none)).not.toHaveProperty('signing');
    expect(judged(link, none, {}, { phase: 'Ready', 'gate-server': 'gs' }).phase).toBe('Ready');
  });

  const given = { phase: 'Ready', token: 'a.b.c', link: 'https://x', 'gate-server': 'gs' };
  const metadata = { name: 't', namespace: 'n', uid: 'u', generation: 1 };

  /** Of one that was given out, once no token is stored. */
  const takenBack = (status: typeof given) => {
    const token = { metadata, spec: { urls: URLS }, status } as unknown as GateToken;
    const known = { jwt: undefined, issuer: undefined };
    return gateTokenStatus(token, judged(token.spec, none, {}, status), known, new Date(NOW));
  };

  it('a token that was given out before ends for good, and leaves nothing usable', () => {
    const ended = takenBack(given);
    expect(ended).toMatchObject({
      phase: 'Revoked',
      'gate-server': 'gs',
      conditions: [
        {
          status: 'False',
          reason: 'TokensNotStored',
          message:
            'The token was revoked and removed from the status, because GateServer gs no longer stores tokens (its spec.store-tokens is false). Create a GateToken with spec.link-hash instead.',
        },
      ],
    });
    expect(ended).not.toHaveProperty('token');
    expect(ended).not.toHaveProperty('link');
    const kept = { ...ended.conditions?.[0] };
    for (const servers of [none, [server()], []]) {
      const again = judged({ urls: URLS }, servers, {}, ended);
      expect(again).toMatchObject({ phase: 'Revoked', reason: kept.reason, message: kept.message });
    }
  });

  it.each<[string, GateTokenSpec]>([
    ['its end', { urls: URLS, from: '2029-01-01T00:00:00Z' }],
    ['it is revoked', { urls: URLS, revoked: true }],
    ['a later release refuses its spec', { urls: ['x'] }],
  ])('a token that was taken back says so for good, also after %s', (_what, spec) => {
    const { message = '' } = { ...takenBack(given).conditions?.[0] };
    const again = judged(spec, [server()], {}, takenBack(given));
    expect(again).toMatchObject({ phase: 'Revoked', reason: 'TokensNotStored', message });
  });

  it('so does one that was given out and waits now, and one whose GateServer is in error', () => {
    const waits = { phase: 'Pending', 'gate-server': 'gs' };
    expect(judged({ urls: URLS }, none, {}, waits).phase).toBe('Revoked');
    const faulty = [server('gs', { phase: 'Error' }, { 'store-tokens': false })];
    expect(judged({ urls: URLS }, faulty, {}, given).phase).toBe('Revoked');
  });

  it('one that was never given out becomes Ready when tokens are stored again', () => {
    expect(judged({ urls: URLS }, [server()], {}, { phase: 'Error' }).phase).toBe('Ready');
  });
});

describe('whatever the schema takes, its status can be written', () => {
  const part = (...odd: string[]) =>
    fc.oneof(
      fc.nat({ max: 99 }).map((one) => `${one}`.padStart(2, '0')),
      fc.constantFrom(...odd),
    );
  const year = fc.oneof(
    fc.nat({ max: 9999 }).map((one) => `${one}`.padStart(4, '0')),
    fc.constantFrom('0000', '1969', '1970', '2000', '2032', '9699', '9999', '10000'),
  );
  const fraction = fc.oneof(fc.constant(''), fc.stringMatching(/^[.,][0-9]{1,40}$/));
  const zone = fc.oneof(
    fc.constantFrom('Z', 'z', '', '+24:00', '-24:00', '+23:59', '-23:59', '+00:60', '-00:00', '+0500'),
    fc.tuple(part('24'), part('60')).map(([h, m]) => `+${h}:${m}`),
  );
  const from = fc
    .tuple(
      year,
      part('00', '02', '13'),
      part('00', '29', '31'),
      fc.constantFrom('T', 't', ' '),
      part('23', '24'),
      part('59', '60'),
      part('59', '60'),
      fraction,
      zone,
    )
    .map(
      ([y, m, d, t, hour, minute, second, more, offset]) =>
        `${y}-${m}-${d}${t}${hour}:${minute}:${second}${more}${offset}`,
    );
  /** Mostly within the bounds of a day and an hour: else hardly any would be taken. */
  const likely = fc
    .tuple(
      year,
      fc.integer({ min: 1, max: 12 }),
      fc.integer({ min: 1, max: 31 }),
      fc.constantFrom('T', 't'),
      fc.nat({ max: 23 }),
      fc.integer({ min: 58, max: 60 }),
      fraction,
      zone,
    )
    .map(([y, m, d, t, hour, second, more, offset]) => {
      const two = (one: number) => `${one}`.padStart(2, '0');
      return `${y}-${two(m)}-${two(d)}${t}${two(hour)}:59:${two(second)}${more}${offset}`;
    });
  const unit = fc.constantFrom('h', 'm', 's', 'ms', 'us', 'µs', 'ns', 'd', '');
  const duration = fc
    .array(
      fc.tuple(fc.stringMatching(/^[0-9]{1,8}([.][0-9]{0,12})?$/), unit).map((both) => both.join('')),
      { minLength: 1, maxLength: 4 },
    )
    .map((parts) => parts.join(''));
  const times = fc.record({
    from: fc.oneof(likely, from, fc.constant(undefined)),
    duration: fc.oneof(duration, fc.constantFrom('1s', '1h', '87600h', '2562047h', '2562048h')),
  });

  it('a Ready or an ended grant has its times, any other says why', () => {
    let taken = 0;
    fc.assert(
      fc.property(times, ({ from: start, duration: lasts }) => {
        const spec = { urls: URLS, duration: lasts, ...(start === undefined ? {} : { from: start }) };
        fc.pre(refusalsOf('GateToken', spec).length === 0);
        taken += 1;
        // One that was given out, since a new one may not begin at every time that the schema takes.
        const decision = judged(spec, [server('gs', {}, { 'max-duration': '87600h' })], {}, { phase: 'Ready' });
        expect(['Ready', 'Expired']).toContain(decision.phase);
        const token = { metadata: { name: 't', namespace: 'n', uid: 'u', generation: 1 }, spec } as GateToken;
        const status = gateTokenStatus(token, decision, { jwt: 'jwt', issuer: undefined }, new Date(NOW));
        expect(status.data?.until).toBeDefined();
        expect(refusalsOfObject('GateToken', { ...token, status })).toEqual([]);
      }),
      { numRuns: 300, maxSkipsPerRun: 1000 },
    );
    expect(taken).toBeGreaterThan(100);
  });

  it('and what an earlier schema took is in Error, or has times that RFC 3339 can write', () => {
    fc.assert(
      fc.property(times, ({ from: start, duration: lasts }) => {
        const spec = { urls: URLS, duration: lasts, ...(start === undefined ? {} : { from: start }) };
        const decision = judged(spec, [server()]);
        const token = { metadata: { name: 't', namespace: 'n' }, spec: { urls: URLS } } as GateToken;
        const status = gateTokenStatus(token, decision, { jwt: undefined, issuer: undefined }, new Date(NOW));
        expect(refusalsOfObject('GateToken', { ...token, status })).toEqual([]);
        expect(status.data === undefined).toBe(decision.phase === 'Error');
      }),
    );
  });

  it('a grant whose paths would not fit twice into an object is in Error', () => {
    // Of an earlier schema.
    const urls = Array.from({ length: 500 }, (_, index) => `/${'a'.repeat(1100)}${index}`);
    expect(judged({ urls, 'link-hash': 'h'.repeat(43) }, [server()])).toMatchObject({
      phase: 'Error',
      reason: 'InvalidGrant',
    });
  });
});
