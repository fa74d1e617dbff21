import { describe, expect, it } from 'vitest';
import { consolePath, readConsolePath, socketUrl } from './address.js';

describe('addresses of consoles', () => {
  it('reads its own paths', () => {
    for (const kind of ['vnc', 'serial'] as const) {
      for (const chosen of [{}, { as: 'user' }, { as: 'link' }] as const) {
        const address = { namespace: 'ns', vm: 'vm-1.a', kind, ...chosen };
        expect(readConsolePath(new URL(consolePath(address), 'http://localhost'))).toEqual(address);
      }
    }
  });

  it.each(['', '?as', '?as=root', '?as=user&as=link', '?was=user'])('reads no choice from "%s"', (search) => {
    expect(readConsolePath({ pathname: '/console/ns/vm', search })).toEqual({ namespace: 'ns', vm: 'vm', kind: 'vnc' });
  });

  it.each([
    '/console/ns',
    '/console/NS/vm',
    '/console/ns/..',
    '/console/ns/a..b',
    '/console/ns/a%2fb',
    '/console/ns/vm/x',
    '/vms',
  ])('refuses %s', (pathname) => expect(readConsolePath({ pathname, search: '' })).toBeUndefined());

  it('points sockets at the host of the page', () => {
    const address = { namespace: 'ns', vm: 'demo', kind: 'serial' } as const;
    expect(socketUrl(address, { takeOver: true, tab: 'x' }, { protocol: 'https:', host: 'gate.example:8443' })).toBe(
      'wss://gate.example:8443/k8s/apis/subresources.kubevirt.io/v1/namespaces/ns/virtualmachineinstances/demo/console?tab=x&takeover=true',
    );
    expect(
      socketUrl(
        { ...address, kind: 'vnc', as: 'link' },
        { takeOver: false, tab: 'x' },
        { protocol: 'http:', host: 'localhost:8080' },
      ),
    ).toMatch(/^ws:.*\/vnc\?tab=x&as=link$/);
  });
});
