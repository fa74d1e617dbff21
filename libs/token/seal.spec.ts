import { describe, expect, it } from 'vitest';
import { API_VERSION, type GateToken, type GateTokenSpec, type GateTokenStatus } from '#libs/api';
import { approvalOf, identityOf, isApproved, isSealed, SecretKey, sealOf } from './index.js';

const key = new SecretKey(Buffer.alloc(32, 1));
const other = new SecretKey(Buffer.alloc(32, 2));
const created = Date.parse('2030-01-01T00:00:00Z') / 1000;
const issuer = { username: 'ann', uid: 'u', groups: ['a', 'b'], extra: { x: ['1'] } };

function token(spec: GateTokenSpec = {}, metadata: object = {}): GateToken {
  return {
    apiVersion: API_VERSION,
    kind: 'GateToken',
    metadata: {
      name: 'one',
      namespace: 'prod',
      uid: 'uid-1',
      creationTimestamp: '2030-01-01T00:00:00Z',
      ...metadata,
    },
    spec: { vm: 'demo', issuer, ...spec },
  };
}

/** Sealed, then changed as someone would. */
function sealedToken(spec: GateTokenSpec = {}, metadata: object = {}, at = created): GateToken {
  const made = token(spec, metadata);
  const seal = sealOf(key, made, at);
  return { ...made, spec: { ...made.spec, issuer: { ...issuer, ...made.spec.issuer, seal } } };
}

const changed = (made: GateToken, spec: GateTokenSpec = {}, metadata: object = {}): GateToken => ({
  ...made,
  metadata: { ...made.metadata, ...metadata },
  spec: { ...made.spec, ...spec },
});

describe('who a user is, for a seal', () => {
  it('is all that the API server says of them', () => {
    const user = { username: 'ann', uid: 'u', groups: ['a'], extra: { x: ['1'] } };
    expect(identityOf(user)).toEqual(user);
  });

  it('lacks what is empty, as the API server stores it', () => {
    expect(identityOf({ username: 'ann' })).toStrictEqual({ username: 'ann' });
    expect(identityOf({ username: 'ann', uid: '', groups: [], extra: {} })).toStrictEqual({ username: 'ann' });
  });
});

describe('the seal of an issuer', () => {
  it('holds for the GateToken that it was made for', () => {
    expect(isSealed([other, key], sealedToken())).toBe(true);
    expect(sealedToken().spec.issuer?.seal).toMatch(/^v1\.\d+\.[-\w]{43}$/);
  });

  it('does not hold with another key, with none, and without a seal', () => {
    expect(isSealed([other], sealedToken())).toBe(false);
    expect(isSealed([], sealedToken())).toBe(false);
    expect(isSealed([key], token())).toBe(false);
  });

  it.each<[string, GateTokenSpec, object]>([
    ['another name', {}, { name: 'two' }],
    ['another namespace', {}, { namespace: 'dev' }],
    ['one of the same name made later', {}, { creationTimestamp: '2030-01-01T00:05:01Z' }],
    ['one without a time', {}, { creationTimestamp: undefined }],
    ['another VM', { vm: 'secret' }, {}],
    ['more paths', { urls: ['/api/*'] }, {}],
    ['more verbs', { verbs: ['get', 'post'] }, {}],
    ['a longer time', { duration: '24h' }, {}],
    ['another link', { 'link-hash': 'x'.repeat(43) }, {}],
    ['another key', { 'secret-name': 'x' }, {}],
  ])('does not hold for %s', (_, spec, metadata) => {
    expect(isSealed([key], changed(sealedToken(), spec, metadata))).toBe(false);
  });

  it.each([{ username: 'boss' }, { uid: 'v' }, { groups: ['a', 'b', 'system:masters'] }, { extra: {} }])(
    'does not hold for another issuer: %o',
    (who) => {
      const made = sealedToken();
      const spec = { issuer: { ...issuer, ...made.spec.issuer, ...who } };
      expect(isSealed([key], changed(made, spec))).toBe(false);
    },
  );

  it.each(['', 'v1', 'v1.1.x', 'v2.1893456000.', `v1.${created}.${'A'.repeat(43)}`, `v1.NaN.${'A'.repeat(43)}`])(
    'does not hold where it is "%s"',
    (seal) => {
      expect(isSealed([key], changed(sealedToken(), { issuer: { ...issuer, seal } }))).toBe(false);
    },
  );

  it.each([(seal: string) => `x${seal}`, (seal: string) => `${seal}x`, (seal: string) => `${seal}\n`])(
    'does not hold with anything around it',
    (around) => {
      const made = sealedToken();
      const seal = around(made.spec.issuer?.seal ?? '');
      expect(isSealed([key], changed(made, { issuer: { ...issuer, seal } }))).toBe(false);
    },
  );

  it('says when it was made: a time that was changed breaks it', () => {
    const made = sealedToken();
    const seal = made.spec.issuer?.seal?.replace(String(created), String(created + 1)) ?? '';
    expect(isSealed([key], changed(made, { issuer: { ...issuer, seal } }))).toBe(false);
  });

  it('holds after what may change has changed, with defaults written out, and in any order of fields', () => {
    const { issuer: who, ...spec } = sealedToken({ urls: ['/version'] }).spec;
    const later = { issuer: who, ...spec, duration: '1h', verbs: ['get'], revoked: true, description: 'new' };
    expect(isSealed([key], changed(token(), later as GateTokenSpec))).toBe(true);
  });

  it('holds for a generated name, whatever was generated', () => {
    const made = sealedToken({}, { name: undefined, generateName: 'gatetoken-' });
    expect(isSealed([key], changed(made, {}, { name: 'gatetoken-x7' }))).toBe(true);
    expect(isSealed([key], changed(made, {}, { name: 'gatetoken-x7', generateName: 'other-' }))).toBe(false);
  });

  it('does not hold for a generated name where only the final name counts', () => {
    const made = sealedToken({}, { name: undefined, generateName: 'gatetoken-' });
    expect(isSealed([key], changed(made, {}, { name: 'gatetoken-x7' }), 'final')).toBe(false);
    const named = sealedToken();
    expect(isSealed([key], named, 'final')).toBe(true);
    expect(isSealed([key], changed(named, {}, { name: 'one-x7', generateName: 'one' }), 'final')).toBe(false);
  });

  it('does not hold for one without a name, or without an issuer', () => {
    expect(isSealed([key], sealedToken({}, { name: undefined }))).toBe(false);
    expect(isSealed([key], sealedToken({}, { name: '' }))).toBe(false);
    const { issuer: _, ...anonymous } = token().spec;
    expect(isSealed([key], { ...token(), spec: anonymous })).toBe(false);
  });

  it('does not depend on the order of fields, but on that of lists', () => {
    const made = sealedToken({ urls: ['/a', '/b'], issuer: { ...issuer, extra: { x: ['1'], y: ['2'] } } });
    const seal = made.spec.issuer?.seal ?? '';
    const { username, uid, groups } = issuer;
    const reversed = { seal, extra: { y: ['2'], x: ['1'] }, groups, uid, username };
    const { metadata, ...rest } = made;
    const turned = { ...metadata, namespace: 'prod', name: 'one' };
    expect(
      isSealed([key], { ...rest, metadata: turned, spec: { issuer: reversed, urls: ['/a', '/b'], vm: 'demo' } }),
    ).toBe(true);
    expect(isSealed([key], changed(made, { urls: ['/b', '/a'] }))).toBe(false);
  });

  it('is read by every release that knows v1', () => {
    expect(sealOf(key, token({ urls: ['/b', '/a'] }), created)).toBe(
      'v1.1893456000.jqJnoAjGXeFT6euug6c85xt4-2HHrR1x0xpHhWGcydw',
    );
  });

  it('bears clocks that differ by minutes', () => {
    expect(isSealed([key], sealedToken({}, {}, created - 300))).toBe(true);
    expect(isSealed([key], sealedToken({}, {}, created - 299))).toBe(true);
    expect(isSealed([key], sealedToken({}, {}, created + 301))).toBe(false);
  });
});

describe('the approval of a grant', () => {
  const data = { from: '', until: '', duration: '1h', nbf: 1, exp: 2, verbs: ['get'], urls: ['/version'] };
  const status: GateTokenStatus = { phase: 'Ready', data, issuer: 'ann', 'gate-server': 'gs', 'vm-uid': 'v' };
  const approved = (): GateToken => {
    const made = { ...token(), status };
    return { ...made, status: { ...status, approval: approvalOf(key, made) } };
  };

  it('holds as it is, and after the gateway wrote its part of the status', () => {
    const made = approved();
    expect(isApproved(key, made)).toBe(true);
    expect(isApproved(other, made)).toBe(false);
    expect(isApproved(key, { ...made, status: { ...made.status, live: 1, 'last-used': 'now' } })).toBe(true);
    expect(isApproved(key, { ...token(), status })).toBe(false);
    expect(isApproved(key, token())).toBe(false);
  });

  it.each<GateTokenStatus>([
    { data: { ...data, exp: 3 } },
    { issuer: 'boss' },
    { 'gate-server': 'other' },
    { 'vm-uid': 'w' },
    { data: null as never },
  ])('does not hold for another status: %o', (part) => {
    const made = approved();
    expect(isApproved(key, { ...made, status: { ...made.status, ...part } })).toBe(false);
  });

  it('is read by every release', () => {
    expect(approved().status?.approval).toBe('t1Mm9BWkrgWLVtPTfodjMV5HdQLtYepvKq4vGHpP_mU');
  });

  it('does not hold for another GateToken', () => {
    const made = approved();
    expect(isApproved(key, changed(made, {}, { uid: 'uid-2' }))).toBe(false);
    expect(isApproved(key, changed(made, { urls: ['/api/*'] }))).toBe(false);
  });
});
