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
const what = { resource: 'gatetokens', namespace: 'n', name: 't' };
const observed = { component: 'operator', level: 'info', outcome: 'observed' };

it('names no user where nobody vouches for one: a manager is what a client calls itself', () => {
  const fields = [
    { manager: 'kubectl-create', fieldsV1: { 'f:spec': { 'f:vm': {} } } },
    { manager: 'kubectl-patch', fieldsV1: { 'f:spec': { 'f:revoked': {} } } },
    { manager: 'kube-gateway-operator', subresource: 'status', fieldsV1: {} },
  ];
  audit.issued(token({ issuer: { username: 'boss' } }, fields), undefined);
  audit.revoked(token({ revoked: true }, fields));
  expect(log).toMatchObject([
    { ...observed, audit: 'issue', manager: 'kubectl-create', what: { verb: 'create', ...what } },
    { ...observed, audit: 'revoke', manager: 'kubectl-patch', what: { verb: 'patch', ...what } },
  ]);
  for (const line of log) expect(line).not.toHaveProperty('who');
});

it('names the verified issuer', () => {
  audit.issued(token(), 'ada');
  expect(log).toMatchObject([{ audit: 'issue', who: { user: 'ada' } }]);
});

it('tells its own deletions and ends from those of others', () => {
  audit.removing(token());
  audit.deleted(token());
  audit.deleted(token());
  audit.revoked(token({ revoked: false }));
  const itself = { component: 'kube-gateway-operator' };
  expect(log.map(({ audit: event, who }) => [event, who])).toEqual([
    ['delete', itself],
    ['delete', undefined],
    ['revoke', itself],
  ]);
});
