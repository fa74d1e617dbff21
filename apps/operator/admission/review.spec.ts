import { describe, expect, it } from 'vitest';
import { requestOf, ReviewError } from './review.js';

const request = {
  uid: 'u-1',
  kind: { group: 'kubegateway.kubevirt.io', version: 'v1beta1', kind: 'GateToken' },
  resource: { group: 'kubegateway.kubevirt.io', version: 'v1beta1', resource: 'gatetokens' },
  operation: 'CREATE',
  namespace: 'ns',
  userInfo: { username: 'dev', groups: ['system:authenticated'], extra: { a: ['b'] } },
  object: { metadata: { generateName: 'x-' }, spec: { urls: ['/api'] } },
  oldObject: null,
  dryRun: false,
};
const body = { apiVersion: 'admission.k8s.io/v1', kind: 'AdmissionReview', request };

it('reads what the API server sends', () => {
  const { kind: _, oldObject: __, ...read } = request;
  expect(requestOf(body)).toEqual(read);
  expect(requestOf({ ...body, request: { ...request, oldObject: request.object } }).oldObject).toEqual(request.object);
});

describe('refuses, and says which field is wrong', () => {
  it.each([
    ['body', 'text'],
    ['apiVersion', { ...body, apiVersion: 'admission.k8s.io/v1beta1' }],
    ['kind', { ...body, kind: 'Pod' }],
    ['request', { ...body, request: undefined }],
    ['request.uid', { ...body, request: { ...request, uid: '' } }],
    ['request.operation', { ...body, request: { ...request, operation: 'DELETE' } }],
    ['request.namespace', { ...body, request: { ...request, namespace: undefined } }],
    ['request.userInfo.username', { ...body, request: { ...request, userInfo: {} } }],
    ['request.userInfo.extra.a', { ...body, request: { ...request, userInfo: { username: 'x', extra: { a: 'b' } } } }],
    ['request.object', { ...body, request: { ...request, object: null } }],
    ['request.object.metadata', { ...body, request: { ...request, object: { spec: {} } } }],
  ])('%s', (field, wrong) => {
    expect(() => requestOf(wrong)).toThrow(ReviewError);
    expect(() => requestOf(wrong)).toThrow(` ${field}: `);
  });
});
