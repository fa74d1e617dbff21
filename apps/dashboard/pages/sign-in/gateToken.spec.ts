import { describe, expect, it } from 'vitest';
import { isGateToken } from './gateToken.js';
import { nextPath } from './next.js';

const jwt = (claims: unknown) => `e30.${Buffer.from(JSON.stringify(claims)).toString('base64url')}.sig`;

describe('isGateToken', () => {
  it('knows a gate token by its URLs', () => {
    for (const URLs of [['/x'], ['*'], []]) expect(isGateToken(jwt({ URLs }))).toBe(true);
  });

  it('leaves every other token to the cluster', () => {
    for (const token of ['sha256~abc', jwt({ sub: 'system:serviceaccount:ns:dev' }), 'a.b.c', '', jwt(null)]) {
      expect(isGateToken(token)).toBe(false);
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
