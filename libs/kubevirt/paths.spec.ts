import { expect, it } from 'vitest';
import { serialPath, subresourcePath, vncPath } from './paths.js';

it('names the version, the namespace and the VM in the path of a subresource', () => {
  expect(vncPath('ns', 'vm')).toBe('/apis/subresources.kubevirt.io/v1/namespaces/ns/virtualmachineinstances/vm/vnc');
  expect(serialPath('ns', 'vm', 'v1alpha3')).toContain('/v1alpha3/namespaces/ns/virtualmachineinstances/vm/console');
  expect(subresourcePath('n/s', 'vm', 'pause')).toContain('/namespaces/n%2Fs/virtualmachineinstances/vm/pause');
  expect(subresourcePath('ns', 'vm', 'start', { resource: 'virtualmachines' })).toContain('/virtualmachines/vm/start');
});
