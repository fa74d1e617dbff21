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

  it.each<[string, GrantSource]>([
    ['urls or vm is required.', {}],
    ['urls: at most 500, not 501.', { urls: Array.from({ length: 501 }, (_, i) => `/a${i}`) }],
    ['urls: "api": The path must start with "/".', { urls: ['api'] }],
    ['urls: "/a*b": "*" is allowed only at the end of a URL.', { urls: ['/a*b'] }],
    [
      `urls: "/${'a'.repeat(76)}...": The URL has 2049 characters; the maximum is 2048.`,
      { urls: [`/${'a'.repeat(2048)}`] },
    ],
    [`urls: "${'x'.repeat(80)}": The path must start with "/".`, { urls: ['x'.repeat(80)] }],
    [`urls: "${'x'.repeat(77)}...": The path must start with "/".`, { urls: ['x'.repeat(81)] }],
    ['vm: "../vm" is not a valid name of a virtual machine.', { vm: '../vm', namespace: 'ns' }],
    ['vm: the namespace of the virtual machine is required.', { vm: 'vm' }],
    ['verbs: "connect" is not an HTTP method.', { urls: ['/api'], verbs: ['connect'] }],
    ['verbs: at least one HTTP method is required.', { urls: ['/api'], verbs: [] }],
  ])('says why not: %s', (message, source) => {
    expect(() => parseGrant(source)).toThrow(expect.objectContaining({ name: 'PolicyError', message }));
  });

  it('takes 500 URLs, and one of 2048 characters', () => {
    expect(parseGrant({ urls: Array.from({ length: 500 }, (_, i) => `/a${i}`) }).urls).toHaveLength(500);
    expect(code({ urls: [`/${'a'.repeat(2047)}`] })).toBe('ok');
  });

  it('means GET, with control, where nothing else is said, and each URL once', () => {
    const grant = parseGrant({ urls: ['/api', '/api', '/apis'] });
    expect(grant.urls).toEqual(['/api', '/apis']);
    expect([...grant.methods]).toEqual(['GET', 'HEAD']);
    expect(grant.viewOnly).toBe(false);
    const every = ['get', 'head', 'post', 'put', 'patch', 'delete', 'options'];
    expect([...parseGrant({ urls: ['/api'], verbs: every }).methods]).toEqual(every.map((verb) => verb.toUpperCase()));
    expect([...parseGrant({ urls: ['/api'], verbs: ['post'] }).methods]).toEqual(['POST']);
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
    [['/apis/apps/v1/namespaces/ns/virtualmachines/vm'], undefined],
    [['/apis/kubevirt.io/v1/virtualmachines/vm'], undefined],
    [['/apis/kubevirt.io/v1/namespaces/ns/migrations/vm'], undefined],
    [['/apis/kubevirt.io/v1/namespaces/ns/virtualmachines'], undefined],
    [['*'], undefined],
    [['nonsense'], undefined],
    [[], undefined],
  ])('%j', (urls, expected) => {
    expect(boundVm(urls)).toEqual(expected);
  });
});
