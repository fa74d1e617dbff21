import { describe, expect, it } from 'vitest';
import { readGateToken } from './gateToken.js';
import { nextPath } from './next.js';

const jwt = (claims: unknown) => `e30.${Buffer.from(JSON.stringify(claims)).toString('base64url')}.sig`;

describe('readGateToken', () => {
  it('finds the machine of a gate token', () => {
    const url = '/apis/subresources.kubevirt.io/v1/namespaces/ns/virtualmachineinstances/demo/vnc';
    expect(readGateToken(jwt({ URLs: ['/x', url] }))).toEqual({ namespace: 'ns', name: 'demo' });
    expect(readGateToken(jwt({ URLs: ['*'] }))).toEqual({ namespace: '', name: '' });
  });

  it('leaves every other token to the cluster', () => {
    for (const token of ['sha256~abc', jwt({ sub: 'system:serviceaccount:ns:dev' }), 'a.b.c', '', jwt(null)]) {
      expect(readGateToken(token)).toBeUndefined();
    }
  });
});

describe('nextPath', () => {
  it.each([
    [null, '/vms'],
    ['/links?namespace=a', '/links?namespace=a'],
    ['https://evil.example/', '/vms'],
    ['//evil.example/', '/vms'],
    ['/\\evil.example/', '/vms'],
    ['/login?next=/login', '/vms'],
  ])('%s goes to %s', (wanted, path) => expect(nextPath(wanted, 'https://gate.example')).toBe(path));
});
