import { expect, test } from 'vitest';
import { type Ingress, type Pod, type Service } from './objects.js';
import { endpointsOf } from './endpoints.js';
import { findBackend, hostMatches } from './routes.js';

const ingress = (host: string, name: string): Ingress => ({
  metadata: { name: 'i', namespace: 'ns' },
  spec: { rules: [{ host, http: { paths: [{ path: '/', pathType: 'Prefix', backend: { service: { name } } }] } }] },
});

test('the host decides', () => {
  const all = [ingress('a.example.org', 'a'), ingress('b.example.org', 'b')];
  expect(findBackend(all, 'b.example.org')).toEqual({ namespace: 'ns', service: { name: 'b' } });
  expect(findBackend(all, 'c.example.org')).toBeUndefined();
});

test.each([
  ['a.example.org', 'a.example.org', true],
  ['A.example.org', 'a.example.org', true],
  ['*.example.org', 'a.example.org', true],
  ['*.example.org', 'a.b.example.org', false],
  ['*.example.org', 'example.org', false],
  [undefined, 'anything', true],
])('pattern %s, host %s: %s', (pattern, host, expected) => {
  expect(hostMatches(pattern, host)).toBe(expected);
});

const service: Service = {
  metadata: { name: 's', namespace: 'ns' },
  spec: {
    selector: { app: 'web' },
    ports: [
      { name: 'http', port: 80, targetPort: 'http' },
      { name: 'raw', port: 81, targetPort: 8080 },
    ],
  },
};

function pod(over: { ready?: string; deleted?: boolean; app?: string; namespace?: string; ports?: string } = {}): Pod {
  const { ready = 'True', app = 'web', namespace = 'ns', ports = '{"8080":5555}' } = over;
  return {
    metadata: {
      name: 'p',
      namespace,
      labels: { app },
      annotations: { 'node.devcluster.io/ports': ports },
      ...(over.deleted ? { deletionTimestamp: 'now' } : {}),
    },
    spec: { containers: [{ name: 'c', ports: [{ name: 'http', containerPort: 8080 }] }] },
    status: { conditions: [{ type: 'Ready', status: ready }] },
  };
}

test('the port is found by number, by name, or because there is one', () => {
  const there = [{ host: '127.0.0.1', port: 5555 }];
  expect(endpointsOf(service, { number: 80 }, [pod()])).toEqual(there);
  expect(endpointsOf(service, { name: 'raw' }, [pod()])).toEqual(there);
  expect(endpointsOf(service, undefined, [pod()])).toEqual(there);
  expect(endpointsOf(service, { number: 82 }, [pod()])).toEqual([]);
});

test.each([
  ['not ready', { ready: 'False' }],
  ['being deleted', { deleted: true }],
  ['of another app', { app: 'other' }],
  ['of another namespace', { namespace: 'other' }],
  ['without ports yet', { ports: '{}' }],
  ['with a broken note', { ports: '{' }],
])('a pod %s gets nothing', (_, over) => {
  expect(endpointsOf(service, { number: 80 }, [pod(over)])).toEqual([]);
});

test('no service, no selector: nothing', () => {
  expect(endpointsOf(undefined, { number: 80 }, [pod()])).toEqual([]);
  expect(endpointsOf({ metadata: {}, spec: { ports: [{ port: 80 }] } }, { number: 80 }, [pod()])).toEqual([]);
});
