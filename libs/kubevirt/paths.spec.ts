import { describe, expect, it } from 'vitest';
import { consolePath, machinePath, parseConsolePath, portForwardPath, vncPath } from './paths.js';

describe('subresource paths', () => {
  it('name the version, the namespace and the VM', () => {
    expect(vncPath('ns', 'vm')).toBe('/apis/subresources.kubevirt.io/v1/namespaces/ns/virtualmachineinstances/vm/vnc');
    expect(consolePath('ns', 'vm', 'v1alpha3')).toContain('/v1alpha3/namespaces/ns/virtualmachineinstances/vm/console');
    expect(machinePath('ns', 'vm', 'start')).toContain('/virtualmachines/vm/start');
    expect(portForwardPath('ns', 'vm', 22)).toContain('/portforward/22/tcp');
  });

  it('are read back', () => {
    for (const version of ['v1', 'v1alpha3'] as const) {
      expect(parseConsolePath(vncPath('ns', 'vm', version))).toEqual({
        version,
        namespace: 'ns',
        vm: 'vm',
        kind: 'vnc',
      });
      expect(parseConsolePath(consolePath('ns', 'vm', version))?.kind).toBe('serial');
    }
  });

  it.each([
    '/apis/subresources.kubevirt.io/v1/namespaces/ns/virtualmachineinstances/vm/vnc/screenshot',
    '/apis/subresources.kubevirt.io/v2/namespaces/ns/virtualmachineinstances/vm/vnc',
    '/apis/subresources.kubevirt.io/v1/namespaces/ns/virtualmachines/vm/vnc',
    '/apis/kubevirt.io/v1/namespaces/ns/virtualmachineinstances/vm/vnc',
    '/apis/subresources.kubevirt.io/v1/namespaces//virtualmachineinstances/vm/vnc',
    '/',
  ])('%s is no console', (path) => expect(parseConsolePath(path)).toBeUndefined());
});
