import { describe, expect, it } from 'vitest';
import { type GrantSource } from './grant.js';
import { boundVm, PolicyError, parseGrant, vmUrls } from './index.js';
import { parsePattern } from './pattern.js';

const code = (source: GrantSource) => {
  try {
    parseGrant(source);
    return 'ok';
  } catch (error) {
    return error instanceof PolicyError ? error.code : String(error);
  }
};

describe('parseGrant', () => {
  it.each<[string, GrantSource]>([
    ['ok', { urls: ['/api'] }],
    ['ok', { urls: ['/api', '*', '/apis/*'], verbs: ['Get', 'DELETE'] }],
    ['ok', { vm: 'vm.1', namespace: 'ns' }],
    ['no-urls', {}],
    ['no-urls', { urls: [] }],
    ['too-many-urls', { urls: Array.from({ length: 501 }, (_, i) => `/a${i}`) }],
    ['bad-url', { urls: ['api'] }],
    ['bad-url', { urls: [''] }],
    ['bad-url', { urls: ['/a?b'] }],
    ['bad-url', { urls: ['/a/../b'] }],
    ['bad-url', { urls: ['/a*b'] }],
    ['bad-url', { urls: [`/${'a'.repeat(2048)}`] }],
    ['bad-verb', { urls: ['/api'], verbs: ['connect'] }],
    ['bad-verb', { urls: ['/api'], verbs: [] }],
    ['bad-vm', { vm: 'vm' }],
    ['bad-vm', { vm: '../vm', namespace: 'ns' }],
    ['bad-vm', { vm: '*', namespace: 'ns' }],
    ['bad-vm', { vm: 'vm', namespace: 'a/b' }],
  ])('%s: %j', (expected, source) => {
    expect(code(source)).toBe(expected);
  });

  it('repeats a long wrong URL in part only', () => {
    expect(() => parseGrant({ urls: ['x'.repeat(5000)] })).toThrow(/^urls: .{0,200}$/);
  });
});

describe('parsePattern', () => {
  it.each([
    ['/a', true, '/a'],
    ['/a*', false, '/a'],
    ['/a/*', false, '/a/'],
    ['/*', false, '/'],
    ['*', false, '/'],
  ])('%s', (url, exact, text) => {
    expect(parsePattern(url)).toEqual({ ok: true, exact, text });
  });
  it.each(['**', '/a**', '/a//*', '/a/.*', '/a/..*', '/../*', '/a%2f*', '/a;*', '/a%*', '/a%2*', 'a*', '/a?*'])(
    'refuses %s',
    (url) => {
      expect(parsePattern(url).ok).toBe(false);
    },
  );
});

describe('boundVm', () => {
  const VM = '/apis/subresources.kubevirt.io/v1/namespaces/ns/virtualmachineinstances/vm';
  const bound = { namespace: 'ns', vm: 'vm' };
  it.each<[string[], object | undefined]>([
    [vmUrls('ns', 'vm'), bound],
    [[`${VM}/vnc`], bound],
    [[`${VM}/*`, '/apis/kubevirt.io/v1/namespaces/ns/virtualmachines/vm'], bound],
    [[`${VM}/v*`], bound],
    [[`${VM}*`], undefined],
    [[`${VM}/vnc`, `${VM}2/vnc`], undefined],
    [[`${VM}/vnc`, '/version'], undefined],
    [[`${VM}/vnc`, '/apis/kubevirt.io/v1/namespaces/other/virtualmachines/vm'], undefined],
    [['/api/v1/namespaces/ns/pods/vm'], undefined],
    [['*'], undefined],
    [['nonsense'], undefined],
    [[], undefined],
  ])('%j', (urls, expected) => {
    expect(boundVm(urls)).toEqual(expected);
  });
});
