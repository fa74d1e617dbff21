import { beforeEach, expect, it } from 'vitest';
import { API_VERSION, type GateToken } from '#libs/api';
import { makeLogger } from '#libs/ops';
import { Audit } from './audit.js';

let log: Record<string, unknown>[];
let audit: Audit;
beforeEach(() => {
  log = [];
  audit = new Audit(makeLogger('operator', 'info', { write: (line) => void log.push(JSON.parse(line) as never) }));
});

const token = (spec: object = {}, managedFields: object[] = []) =>
  ({
    ...{ apiVersion: API_VERSION, kind: 'GateToken', spec },
    metadata: { name: 't', namespace: 'n', uid: 'u', managedFields },
  }) as unknown as GateToken;
const what = { resource: 'gatetokens', namespace: 'n', name: 't', uid: 'u' };
const events = () => log.map(({ audit: event, existed }) => [event, existed]);
const observed = { component: 'operator', level: 'info', outcome: 'observed' };

it('names no user where nobody vouches for one: a manager is what a client calls itself', () => {
  const fields = [
    { manager: 'kubectl-create', fieldsV1: { 'f:spec': { 'f:vm': {} } } },
    { manager: 'kubectl-patch', fieldsV1: { 'f:spec': { 'f:revoked': {} } } },
    { manager: 'kube-gateway-operator', subresource: 'status', fieldsV1: {} },
  ];
  audit.seen(token({ issuer: { username: 'boss' } }, fields), 'Ready', undefined);
  audit.seen(token({ revoked: true }, fields), 'Revoked', undefined);
  expect(log).toMatchObject([
    { ...observed, audit: 'issue', manager: 'kubectl-create', what: { verb: 'create', ...what } },
    { ...observed, audit: 'revoke', manager: 'kubectl-patch', what: { verb: 'patch', ...what } },
  ]);
  for (const line of log) expect(line).not.toHaveProperty('who');
});

it('names the verified issuer', () => {
  audit.seen(token(), 'Ready', 'ada');
  expect(log).toMatchObject([{ audit: 'issue', who: { user: 'ada' } }]);
});

it('tells its own deletions and ends from those of others', () => {
  const [own, others, ended] = ['own', 'others', 'ended'].map((uid) => ({ ...token(), metadata: { uid } }));
  audit.seen(own as GateToken, 'Ready', undefined);
  audit.seen(others as GateToken, 'Ready', undefined);
  audit.removing(own as GateToken);
  audit.deleted(own as GateToken);
  audit.deleted(others as GateToken);
  audit.seen(ended as GateToken, 'Revoked', undefined);
  const itself = { component: 'kube-gateway-operator' };
  expect(log.filter(({ audit: event }) => event !== 'issue').map(({ audit: event, who }) => [event, who])).toEqual([
    ['delete', itself],
    ['delete', undefined],
    ['revoke', itself],
  ]);
});

it('does not take an end that it read in the status for its own', () => {
  const fields = [{ manager: 'forger', subresource: 'status', fieldsV1: { 'f:status': { 'f:phase': {} } } }];
  audit.seen({ ...token({}, fields), status: { phase: 'Revoked' } }, 'Revoked', undefined);
  expect(log[1]).toMatchObject({ audit: 'revoke', manager: 'forger' });
  expect(log[1]).not.toHaveProperty('who');
});

it('tells each GateToken once, whatever its status says', () => {
  audit.seen(token(), 'Pending', undefined);
  for (const status of [undefined, { phase: 'Ready' }, { phase: 'Revoked' }])
    audit.seen({ ...token(), status } as GateToken, 'Ready', undefined);
  for (const status of [{ phase: 'Revoked' }, undefined])
    audit.seen({ ...token({ revoked: true }), status } as GateToken, 'Revoked', undefined);
  expect(events()).toEqual([
    ['issue', undefined],
    ['revoke', undefined],
  ]);
});

it('tells again what there was when it began to lead, and says so', () => {
  const younger = { ...token(), metadata: { ...token().metadata, uid: 'younger' } };
  audit.begin([token()]);
  audit.seen(token(), 'Revoked', undefined);
  audit.seen(younger, 'Ready', undefined);
  audit.begin([token(), younger]);
  audit.seen(token(), 'Revoked', undefined);
  expect(events()).toEqual([
    ['issue', true],
    ['revoke', true],
    ['issue', undefined],
  ]);
});

it('that one which there was is revoked only now is not told again', () => {
  audit.begin([token()]);
  audit.seen(token(), 'Ready', undefined);
  audit.seen(token(), 'Revoked', undefined);
  expect(events()).toEqual([
    ['issue', true],
    ['revoke', undefined],
  ]);
});

it('one that is gone before it was looked at was issued all the same, and is not issued again', () => {
  audit.deleted(token({ issuer: { username: 'boss' } }));
  audit.seen(token(), 'Ready', undefined);
  expect(events()).toEqual([
    ['issue', undefined],
    ['delete', undefined],
  ]);
  for (const line of log) expect(line).not.toHaveProperty('who');
});

it('tells of a GateServer that is gone', () => {
  const metadata = { name: 'gs', namespace: 'n', uid: 's' };
  audit.serverDeleted({ apiVersion: API_VERSION, kind: 'GateServer', metadata, spec: { route: 'a.b.example' } });
  const gone = { verb: 'delete', resource: 'gateservers', ...metadata };
  expect(log).toMatchObject([{ ...observed, audit: 'delete', what: gone }]);
  expect(log[0]).not.toHaveProperty('who');
});
