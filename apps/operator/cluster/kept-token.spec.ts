import { expect, it } from 'vitest';
import { type GateToken } from '#libs/api';
import { writersOf } from '../ops/written-by.js';
import { keptToken } from './kept-token.js';

const VNC = '/apis/x';
const fields = (...names: string[]) => Object.fromEntries(names.map((name) => [`f:${name}`, {}]));

function token(urls: string[]): GateToken {
  const managedFields = [
    { manager: 'kubectl-create', time: 'x', fieldsV1: { 'f:spec': fields('urls', 'verbs') } },
    { manager: 'kubectl-patch', operation: 'Update', fieldsV1: { 'f:spec': fields('revoked') } },
    { manager: 'operator', subresource: 'status', fieldsV1: { 'f:status': fields('phase', 'token', 'data') } },
  ];
  const annotations = { 'kubectl.kubernetes.io/last-applied-configuration': 'x'.repeat(1000) };
  const metadata = { name: 't', namespace: 'n', uid: 'u', resourceVersion: '1', annotations, managedFields };
  return {
    metadata,
    spec: { urls: [VNC] },
    status: { phase: 'Ready', token: 'jwt', data: { urls } },
  } as unknown as GateToken;
}

it('keeps everything that is decided by, and who wrote what the audit log tells of', () => {
  const kept = keptToken(token([VNC]));
  expect(kept).toMatchObject({
    spec: { urls: [VNC] },
    status: { phase: 'Ready', token: 'jwt', data: { urls: [VNC] } },
  });
  expect(kept.metadata).not.toHaveProperty('annotations');
  expect(writersOf(kept)).toEqual([
    { manager: 'kubectl-create', fieldsV1: {} },
    { manager: 'kubectl-patch', fieldsV1: { 'f:spec': { 'f:revoked': {} } } },
    { manager: 'operator', subresource: 'status', fieldsV1: { 'f:status': { 'f:phase': {} } } },
  ]);
});

it('keeps URLs once, and those of a status that says others', () => {
  const same = keptToken(token([VNC]));
  expect(same.status?.data?.urls).toBe(same.spec.urls);
  expect(keptToken(token(['/forged'])).status?.data?.urls).toEqual(['/forged']);
});

it('takes a GateToken that nobody has looked at', () => {
  const { metadata } = token([VNC]);
  const fresh = keptToken({
    metadata: { ...metadata, managedFields: undefined },
    spec: { vm: 'demo' },
  } as unknown as GateToken);
  expect(fresh.spec).toEqual({ vm: 'demo' });
  expect(fresh).not.toHaveProperty('status');
});
