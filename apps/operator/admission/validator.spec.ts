import { expect, it } from 'vitest';
import { ROTATE } from '#libs/api';
import { makeLogger } from '#libs/ops';
import { type Verdict } from './review.js';
import { ReviewLines } from './review-lines.js';
import { Validator } from './validator.js';

const spec = { urls: ['/api'], 'link-hash': 'hidden', revoked: false };
const REQUEST = {
  uid: 'u-1',
  resource: { group: 'kubegateway.kubevirt.io', version: 'v1beta1', resource: 'gatetokens' },
  operation: 'CREATE',
  namespace: 'ns',
  userInfo: { username: 'dev' },
  object: { metadata: { name: 'x' }, spec },
};
const DENIED: Verdict = { allowed: false, code: 403, reason: 'Forbidden', message: 'user dev cannot' };
const WHO = { component: 'operator', who: { user: 'dev' } };
const WHAT = { resource: 'gatetokens', namespace: 'ns', name: 'x' };

/** The answer, and the lines of the log without their time. */
async function judged(verdict: Verdict, more: object = {}) {
  const lines: Record<string, unknown>[] = [];
  const write = (line: string) => {
    const { time: _, ...told } = JSON.parse(line) as Record<string, unknown>;
    lines.push(told);
  };
  const log = makeLogger('operator', 'info', { write });
  const validator = new Validator({ validate: async () => verdict }, log, new ReviewLines(log));
  const request = { ...REQUEST, ...more };
  const answer = await validator.answer({ apiVersion: 'admission.k8s.io/v1', kind: 'AdmissionReview', request });
  expect(JSON.stringify(lines)).not.toContain('hidden');
  return { answer, lines };
}

it('passes a denial on; the audit log tells who was denied what', async () => {
  const { answer, lines } = await judged(DENIED);
  const status = { code: 403, reason: 'Forbidden', message: 'user dev cannot' };
  expect(answer).toMatchObject({ kind: 'AdmissionReview', response: { uid: 'u-1', allowed: false, status } });
  const told = { code: 403, rule: 'Forbidden', why: 'user dev cannot', msg: 'issue refused' };
  const what = { verb: 'create', ...WHAT };
  expect(lines).toEqual([
    { level: 'warn', ...WHO, audit: 'issue', outcome: 'refused', what, grant: { urls: ['/api'] }, ...told },
  ]);
});

it('a name that is yet to be generated is told by its prefix', async () => {
  const { lines } = await judged(DENIED, { object: { metadata: { generateName: 'gatetoken-' }, spec } });
  expect(lines).toMatchObject([{ audit: 'issue', what: { name: 'gatetoken-' } }]);
});

it('passes an allowance on, and logs nothing', async () => {
  const { answer, lines } = await judged({ allowed: true });
  expect(answer).toEqual({
    apiVersion: 'admission.k8s.io/v1',
    kind: 'AdmissionReview',
    response: { uid: 'u-1', allowed: true },
  });
  expect(lines).toEqual([]);
});

const GATESERVER = { resource: { ...REQUEST.resource, resource: 'gateservers' } };
const UPDATE = { operation: 'UPDATE', oldObject: REQUEST.object };
it.each<[string, object]>([
  ['of a dry run', { dryRun: true }],
  ['of a change', UPDATE],
])('a denial %s is logged, but no line of the audit log', async (_what, more) => {
  const { lines } = await judged(DENIED, more);
  expect(lines).toMatchObject([{ level: 'info', msg: 'denied', user: 'dev', name: 'x', message: 'user dev cannot' }]);
  expect(lines[0]).not.toHaveProperty('audit');
});

const serverOf = (more: object, annotations = {}) => ({
  metadata: { name: 'gs', annotations },
  spec: { route: 'a.b.example', 'web-app': 'https://hidden.example', ...more },
});
const configured = { ...WHO, audit: 'configure' };
const server = { resource: 'gateservers', namespace: 'ns', name: 'gs' };

it('the audit log tells who creates a GateServer, and who may not', async () => {
  const created = { ...GATESERVER, object: serverOf({}) };
  const what = { verb: 'create', ...server };
  const allowed = { level: 'info', outcome: 'allowed', msg: 'configure allowed' };
  expect((await judged({ allowed: true }, created)).lines).toEqual([{ ...configured, ...allowed, what }]);
  const refused = { level: 'warn', outcome: 'refused', code: 403, rule: 'Forbidden', why: 'user dev cannot' };
  expect((await judged(DENIED, created)).lines).toEqual([
    { ...configured, ...refused, what, msg: 'configure refused' },
  ]);
});

it('the audit log tells who changes which fields of a GateServer, or has its key replaced, and may not', async () => {
  const update = (now: object, before: object) => ({
    ...{ ...GATESERVER, operation: 'UPDATE' },
    ...{ object: now, oldObject: before },
  });
  const what = { verb: 'update', ...server };
  const changed = update(serverOf({ img: 'x:1', replicas: 3 }), serverOf({ img: 'y:1', tls: {} }));
  const fields = ['spec.img', 'spec.replicas', 'spec.tls'];
  expect((await judged({ allowed: true }, changed)).lines).toMatchObject([
    { ...configured, outcome: 'allowed', what, fields },
  ]);
  expect((await judged(DENIED, changed)).lines).toMatchObject([{ ...configured, outcome: 'refused', what, fields }]);
  const rotated = update(serverOf({}, { [ROTATE]: 'now' }), serverOf({}));
  expect((await judged({ allowed: true }, rotated)).lines).toMatchObject([
    { ...configured, what, fields: [`metadata.annotations.${ROTATE}`] },
  ]);
});

it.each<[string, object]>([
  ['a dry run', { dryRun: true, object: serverOf({}) }],
  ['what changes nothing', { operation: 'UPDATE', object: serverOf({}), oldObject: serverOf({}, { other: 'x' }) }],
])('and nothing of %s of a GateServer', async (_what, more) => {
  const { lines } = await judged({ allowed: true }, { ...GATESERVER, ...more });
  expect(lines.filter((line) => 'audit' in line)).toEqual([]);
});

const REVOKED = { ...UPDATE, object: { metadata: { name: 'x' }, spec: { ...spec, revoked: true } } };
it('the audit log tells who revokes', async () => {
  const { lines } = await judged({ allowed: true }, REVOKED);
  const what = { verb: 'patch', ...WHAT };
  expect(lines).toEqual([{ level: 'info', ...WHO, audit: 'revoke', outcome: 'allowed', what, msg: 'revoke allowed' }]);
});

it.each<[string, Verdict, object]>([
  ['tries to', { allowed: true }, { ...REVOKED, dryRun: true }],
  ['may not', DENIED, REVOKED],
  ['changes what is revoked', { allowed: true }, { ...REVOKED, oldObject: REVOKED.object }],
  ['changes something else', { allowed: true }, UPDATE],
])('and not who %s', async (_who, verdict, more) => {
  const { lines } = await judged(verdict, more);
  expect(lines.filter((line) => 'audit' in line)).toEqual([]);
});

it('looks only at fields that it knows: forged ones cost no time and no line, and a newer CRD is no fault', async () => {
  const forged = Object.fromEntries(Array.from({ length: 100_000 }, (_, index) => [`a${index}`, 1]));
  const update = (more: object) => ({
    ...{ ...GATESERVER, operation: 'UPDATE', oldObject: serverOf({}) },
    object: serverOf({ ...forged, ...more }),
  });
  expect((await judged({ allowed: true }, update({}))).lines).toEqual([]);
  expect((await judged({ allowed: true }, update({ img: 'x:1' }))).lines).toMatchObject([{ fields: ['spec.img'] }]);
});
