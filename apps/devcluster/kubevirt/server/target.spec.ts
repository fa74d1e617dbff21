import { describe, expect, it } from 'vitest';
import { parseTarget } from './target.js';

const VMIS = '/apis/subresources.kubevirt.io/v1/namespaces/mine/virtualmachineinstances';

describe('the target of a request', () => {
  it.each([
    `${VMIS}/x/../../../other/virtualmachineinstances/y/vnc`,
    `${VMIS}/x/%2e%2E/../%2e./other/virtualmachineinstances/y/vnc`,
    `${VMIS}/x/./vnc`,
    `${VMIS}/x\\..\\y/vnc`,
    `${VMIS}/x%2f..%2fy/vnc`,
    `${VMIS}/x%5cy/vnc`,
  ])('is none where the path could be folded: %s', (url) => {
    expect(parseTarget(url)).toBeUndefined();
  });

  it('is what the segments and the query say', () => {
    const target = parseTarget(`${VMIS}/%78.y/vnc?preserveSession=true&a=b?c`);
    expect(target).toMatchObject({ namespace: 'mine', name: 'x.y', subresource: 'vnc' });
    expect([...target!.query]).toEqual([
      ['preserveSession', 'true'],
      ['a', 'b?c'],
    ]);
  });
});
