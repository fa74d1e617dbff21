import { describe, expect, it } from 'vitest';
import { consolesOf } from './consoles.js';
import { type GrantSource, parseGrant } from './grant.js';

const path = (vm: string, last: string, group = 'subresources.kubevirt.io/v1', kind = 'virtualmachineinstances') =>
  `/apis/${group}/namespaces/ns/${kind}/${vm}/${last}`;

const found = (source: GrantSource) =>
  consolesOf(parseGrant({ namespace: 'ns', ...source })).map(
    ({ namespace, vm, vnc, serial }) => `${namespace}/${vm}:${vnc ? 'vnc' : ''}${serial ? 'serial' : ''}`,
  );

describe('the consoles of a grant', () => {
  it.each<[string, GrantSource, string[]]>([
    ['both of its vm', { vm: 'a' }, ['ns/a:vncserial']],
    ['one by url', { urls: [path('a', 'console')] }, ['ns/a:serial']],
    [
      'several VMs, each once',
      { urls: [path('b', 'vnc'), path('a', 'console'), path('b', 'console')] },
      ['ns/b:vncserial', 'ns/a:serial'],
    ],
    ['vm and urls', { vm: 'a', urls: [path('b', 'vnc'), '/version'] }, ['ns/b:vnc', 'ns/a:vncserial']],
    ['all below one VM', { urls: [path('a', '*')] }, ['ns/a:vncserial']],
    [
      'a prefix of both, without a VM of its own',
      { urls: [path('a', 'v*'), path('a*', '').slice(0, -1)] },
      ['ns/a:vncserial'],
    ],
    ['view only', { vm: 'a', viewOnly: true }, ['ns/a:vncserial']],
  ])('%s', (_what, source, expected) => expect(found(source)).toEqual(expected));

  it.each<[string, GrantSource]>([
    ['everything', { urls: ['*'] }],
    ['all VMs of a namespace', { urls: [path('*', '').slice(0, -1)] }],
    ['names that begin alike', { urls: [path('a*', '').slice(0, -1)] }],
    ['the object of a VM', { urls: [path('a', '', 'kubevirt.io/v1', 'virtualmachines').slice(0, -1)] }],
    ['a screenshot', { urls: [path('a', 'vnc/screenshot')] }],
    ['a version that the page does not use', { urls: [path('a', 'vnc', 'subresources.kubevirt.io/v1alpha3')] }],
    ['a verb that opens none', { vm: 'a', verbs: ['put'] }],
    ['an impossible name', { urls: [path('A', 'vnc')] }],
    ['other things', { urls: ['/api/v1/namespaces/ns/pods', '/version'] }],
  ])('none: %s', (_what, source) => expect(found(source)).toEqual([]));
});
