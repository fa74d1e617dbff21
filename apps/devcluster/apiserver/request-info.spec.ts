import { describe, expect, it } from 'vitest';
import { requestInfo } from './request-info.js';

const VMIS = '/apis/subresources.kubevirt.io/v1/namespaces/mine/virtualmachineinstances';
const read = (path: string): unknown => requestInfo('GET', path, new URLSearchParams());

describe('the path of a request', () => {
  it.each([
    `${VMIS}/x/../../../other/virtualmachineinstances/y/vnc`,
    `${VMIS}/x/%2e%2e/%2E%2E/.%2e/other/virtualmachineinstances/y/vnc`,
    `${VMIS}/x/./vnc`,
    `${VMIS}/x/%2E/vnc`,
    `${VMIS}/x\\..\\..\\..\\other/virtualmachineinstances/y/vnc`,
    `${VMIS}/x%5c..%5C..%5c../vnc`,
    `${VMIS}/x%2f..%2F..%2fother/vnc`,
    '/healthz/../api',
  ])('is refused where it could be folded: %s', (path) => {
    expect(() => read(path)).toThrow(expect.objectContaining({ code: 400 }) as Error);
  });

  it('is read where names merely have dots or escapes', () => {
    expect(read(`${VMIS}/a..b/vnc`)).toMatchObject({ namespace: 'mine', name: 'a..b', subresource: 'vnc' });
    expect(read(`${VMIS}/%61%252e%252e/vnc`)).toMatchObject({ name: 'a%2e%2e', subresource: 'vnc' });
  });
});
