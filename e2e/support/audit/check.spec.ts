import { describe, expect, it } from 'vitest';
import { linkHash, newCode } from '#libs/token';
import { problemsOf, type Run } from './check.js';
import { Credentials } from './credentials.js';
import { type SeenSession } from './recorder.js';

const FRAME = { level: 'info', time: '2026-11-28T12:00:00.000Z', component: 'gateway' };
const BY_DEV = { who: { user: 'dev' }, from: '198.51.100.7' };
const GRANT = { verb: 'create', resource: 'gatetokens', namespace: 'ns', name: 'g' };
const CONSOLE = {
  ...{ verb: 'get', resource: 'virtualmachineinstances.subresources.kubevirt.io' },
  ...{ subresource: 'vnc', namespace: 'ns', name: 'demo' },
};
const ISSUE = {
  ...{ ...FRAME, ...BY_DEV, audit: 'issue', outcome: 'allowed', code: 201, what: GRANT, msg: 'issue allowed' },
  grant: { vm: 'demo', duration: '1h', 'single-use': true },
};
const OBSERVED = {
  ...{ ...FRAME, component: 'operator', audit: 'issue', outcome: 'observed', what: { ...GRANT, uid: 'uid-1' } },
  ...{
    who: { user: 'dev' },
    manager: 'kube-gateway',
    msg: 'issue observed',
    grant: { urls: ['/version'], 'more-urls': 2 },
  },
};
const REFUSE = {
  ...{ ...FRAME, ...BY_DEV, level: 'warn', audit: 'refuse', outcome: 'refused', code: 403, rule: 'view-only' },
  ...{ why: 'No.', what: { verb: 'GET', path: '/k8s/api' }, msg: 'refuse refused' },
};
const OPEN = {
  ...{ ...FRAME, ...BY_DEV, audit: 'open', outcome: 'allowed', what: CONSOLE },
  ...{ session: 'console-1', msg: 'open allowed' },
};
const CLOSE = {
  ...{ ...OPEN, audit: 'close', outcome: 'ended', code: 1005, why: 'The viewer closed the console.' },
  ...{ seconds: 1.5, 'bytes-in': 10, 'bytes-out': 2000, msg: 'close ended' },
};
const LEFT = {
  ...{ ...FRAME, ...BY_DEV, level: 'warn', audit: 'open', outcome: 'failed', code: 1005, rule: 'viewer' },
  ...{ why: 'The viewer closed the console.', what: CONSOLE, msg: 'open failed' },
};
const CONFIGURE = {
  ...{ ...FRAME, component: 'operator', audit: 'configure', outcome: 'allowed', who: { user: 'root' } },
  ...{ what: { ...GRANT, resource: 'gateservers' }, fields: ['spec.img'], msg: 'configure allowed' },
};
const GOOD = [ISSUE, OBSERVED, REFUSE, OPEN, CLOSE, LEFT, CONFIGURE];

const TOKEN = { namespace: 'ns', name: 'g', uid: 'uid-1', byGateway: true, observed: true, revoked: false };
const SESSION: SeenSession = {
  name: 'console-1',
  spec: { vm: 'demo', kind: 'vnc', pod: 'gate-a', 'client-address': BY_DEV.from },
};

const without = (line: object, ...fields: string[]): object =>
  Object.fromEntries(Object.entries(line).filter(([field]) => !fields.includes(field)));

function check(lines: readonly (object | string)[], rest: Partial<Run> = {}): string[] {
  const texts = lines.map((line) => (typeof line === 'string' ? line : JSON.stringify(line)));
  const none = { others: [], tokens: [], sessions: [], killed: [], credentials: new Credentials(), whole: false };
  return problemsOf({
    ...none,
    lines: texts.map((text, at) => ({ file: 'ns_gate-a_gateway.0.log', number: at + 1, text })),
    ...rest,
  });
}

describe('a line of the audit log', () => {
  it('is what docs/audit.md says', () => {
    expect(check([...GOOD, { level: 'info', msg: 'not of the audit log' }, 'no JSON'])).toEqual([]);
  });

  it.each<[string, object]>([
    ['audit', { ...ISSUE, audit: 'isue', msg: 'isue allowed' }],
    ['outcome', { ...ISSUE, outcome: 'granted', msg: 'issue granted' }],
    ['outcome', without(ISSUE, 'outcome')],
    ['"seconds"', { ...ISSUE, seconds: 3 }],
    ['"query"', { ...REFUSE, what: { ...REFUSE.what, query: 'a=b' } }],
    ['what', without(ISSUE, 'what')],
    ['what.verb', { ...ISSUE, what: without(GRANT, 'verb') }],
    ['from', without(ISSUE, 'from')],
    ['from', { ...ISSUE, from: 'somewhere' }],
    ['"from"', { ...OBSERVED, from: BY_DEV.from }],
    ['what.uid', { ...OBSERVED, what: GRANT }],
    ['"uid"', { ...ISSUE, what: { ...GRANT, uid: 'uid-1' } }],
    ['grant', without(ISSUE, 'grant')],
    ['grant.urls', { ...ISSUE, grant: { urls: Array<string>(11).fill('/a') } }],
    ['"link-hash"', { ...ISSUE, grant: { 'link-hash': 'x' } }],
    ['grant', without(OBSERVED, 'grant')],
    ['existed', { ...OBSERVED, existed: false }],
    ['fields', { ...CONFIGURE, fields: 'spec.img' }],
    ['who', without(CONFIGURE, 'who')],
    ['who', { ...ISSUE, who: 'dev' }],
    ['who: required', without(ISSUE, 'who')],
    ['who: required', without(REFUSE, 'who')],
    ['why', without(REFUSE, 'why')],
    ['why', { ...REFUSE, why: 'x'.repeat(301) }],
    ['code', without(REFUSE, 'code')],
    ['rule', without(REFUSE, 'rule')],
    ['docs/audit.md does not list "because"', { ...REFUSE, rule: 'because' }],
    ['docs/audit.md does not list "Invalid"', { ...REFUSE, rule: 'Invalid' }],
    ['session', without(OPEN, 'session')],
    ['bytes-out', without(CLOSE, 'bytes-out')],
    ['level', { ...REFUSE, level: 'info' }],
    ['level', { ...ISSUE, level: 'error' }],
    ['msg', { ...ISSUE, msg: 'done' }],
    ['time', { ...ISSUE, time: 'now' }],
    ['component', { ...ISSUE, component: 'dashboard' }],
  ])('is refused for its %s', (what, line) => {
    const [problem, ...more] = check([line]);
    expect(problem).toMatch(/^ns_gate-a_gateway\.0\.log:1: /);
    expect(problem).toContain(what);
    expect(more).toEqual([]);
  });

  it('needs no `who` where nobody is known', () => {
    expect(check([without({ ...REFUSE, code: 401, rule: 'no-credential' }, 'who'), without(OBSERVED, 'who')])).toEqual(
      [],
    );
  });

  it('may be cut by the death of its program, and by nothing else', () => {
    const cut = JSON.stringify(ISSUE).slice(0, 80);
    expect(check([cut])).toEqual([expect.stringContaining('not JSON')]);
    expect(check([cut], { killed: [{ program: 'gateway', pod: 'gate-a', at: 0 }] })).toEqual([]);
  });
});

describe('a credential (security row 7)', () => {
  const jwt = 'eyJhbGciOiJSUzI1NiJ9.eyJpc3MiOiJrdWJlLWdhdGV3YXkifQ.c2lnbmF0dXJlLW9mLWEtdG9rZW4';
  const code = newCode();
  const uid = '0d6a3b5e-2a3c-4a6b-9f7e-0123456789ab';

  it.each([
    ['a JWT', jwt],
    ['cookie of a grant', `${uid}.1900000000.AbCdEfGhIjKlMnOpQrSt`],
    ['a cookie', `kg-sign-in=0123456789`],
    ['a bearer token', 'Bearer abcdefghijklmnopqrst'],
    ['a bearer subprotocol', 'base64url.bearer.authorization.k8s.io.ZGV2LXRva2Vu'],
    ['an OpenShift token', 'sha256~abcdefghijkl'],
    ['a private key', '-----BEGIN PRIVATE KEY-----'],
    ['the token of dev', 'opaque-token-of-dev-0123456789'],
    ['the token of dev', 'token-of-dev-0123456789-and-more'],
    ['the key of the seal', Buffer.alloc(32, 'seal-key').toString('base64')],
    ['the key of the seal', Buffer.alloc(32, 'seal-key').toString('hex')],
    ['the code of g', code],
  ])('is found: %s, and masked', (what, value) => {
    const credentials = new Credentials();
    credentials.add('the token of dev', 'opaque-token-of-dev-0123456789');
    credentials.add('the token of dev', 'of-dev-0123456789-and-more');
    credentials.addBytes('the key of the seal', Buffer.alloc(32, 'seal-key'));
    credentials.addLinkHash('the code of g', linkHash(code));
    const text = JSON.stringify({ ...FRAME, msg: `had ${value}` });
    const lines = [{ file: 'apiserver.log', number: 7, text }];
    const [problem, ...more] = check([], { others: lines, credentials });
    expect(problem).toContain(`apiserver.log:7: contains ${what}`.replace('contains cookie', 'contains the cookie'));
    expect(problem).not.toContain(value);
    expect(more).toEqual([]);
    expect(check([text], { credentials })).toHaveLength(1);
  });

  it('is not what only looks long, nor what is masked', () => {
    const credentials = new Credentials();
    credentials.add('the JWT of g', jwt);
    const keyId = linkHash('key');
    credentials.add('a cookie', `${uid}.1900000000.AbCdEfGhIjKlMnOpQrSt.${keyId}.${linkHash('mac')}`);
    expect(check([linkHash('mac')], { credentials })).toHaveLength(1);
    const masked = 'kg-sign-in=[secret]; Bearer [secret]; base64url.bearer.authorization.k8s.io.[secret]';
    const names = `gateserver-sample-75d8qkr9t8-k8ksm ${uid} ${linkHash(newCode())} Bearer token`;
    expect(check([masked, names, 'eyJhbGciOiJSUzI1NiJ9', keyId], { credentials })).toEqual([]);
  });
});

describe('what was done', () => {
  const killed = (program: string, pod: string, seconds: number): Run['killed'] => [
    { program, pod, at: Date.parse(FRAME.time) + seconds * 1000 },
  ];

  it('has its lines', () => {
    expect(check(GOOD, { tokens: [TOKEN], sessions: [SESSION] })).toEqual([]);
  });

  it('each GateToken has the line of its issue, and the ones of what was observed', () => {
    const tokens = [TOKEN];
    expect(check([OBSERVED], { tokens })).toEqual([expect.stringContaining('no line of its issue')]);
    expect(check([ISSUE], { tokens })).toEqual([expect.stringContaining('"issue observed"')]);
    expect(check([ISSUE, OBSERVED], { tokens: [{ ...TOKEN, uid: 'uid-2' }] })).toHaveLength(1);
    expect(check([ISSUE, OBSERVED], { tokens: [{ ...TOKEN, revoked: true }] })).toEqual([
      expect.stringContaining('"revoke observed"'),
    ]);
    expect(check([], { tokens: [{ ...TOKEN, byGateway: false, observed: false }] })).toEqual([]);
  });

  it('each GateSession has the line of its opening, and of its end', () => {
    const sessions = [SESSION];
    expect(check([CLOSE], { sessions })).toHaveLength(2);
    expect(check([OPEN], { sessions })).toEqual([expect.stringContaining('no line of its end')]);
    expect(check([LEFT], { sessions })).toEqual([]);
    expect(check([LEFT], { sessions: [SESSION, SESSION] })).toEqual([
      expect.stringContaining('no line of its opening'),
    ]);
  });

  it('only the death of its own gateway excuses a console without an end', () => {
    const sessions = [SESSION];
    expect(check([OPEN], { sessions, killed: killed('gateway', 'gate-a', 5) })).toEqual([]);
    expect(check([OPEN], { sessions, killed: killed('gateway', 'gate-a', -5) })).toHaveLength(1);
    expect(check([OPEN], { sessions, killed: killed('gateway', 'gate-b', 5) })).toHaveLength(1);
  });

  it('a whole run has every kind and every outcome', () => {
    const problems = check(GOOD, { whole: true });
    for (const kind of [
      'check',
      'revoke',
      'delete',
      'redeem',
      'cut',
      'sign-in',
      'sign-out',
      'vm-action',
      'write',
      'upgrade',
    ]) {
      expect(problems).toContain(`no line with "audit": "${kind}" in the whole run`);
    }
    expect(problems).toHaveLength(10);
    expect(check([ISSUE], { whole: true })).toContain('no line with the outcome "ended"');
  });
});
