export const SUBRESOURCE_GROUP = 'subresources.kubevirt.io';

/** Versions in which KubeVirt serves its subresources, the preferred one first. */
export const SUBRESOURCE_VERSIONS = ['v1', 'v1alpha3'] as const;
export type SubresourceVersion = (typeof SUBRESOURCE_VERSIONS)[number];

type InstanceSubresource =
  | 'vnc'
  | 'vnc/screenshot'
  | 'console'
  | 'usbredir'
  | 'vsock'
  | 'pause'
  | 'unpause'
  | 'freeze'
  | 'unfreeze'
  | 'reset'
  | 'softreboot'
  | 'guestosinfo'
  | 'userlist'
  | 'filesystemlist';

/** API path of a subresource of a running machine (virtualmachineinstances). */
export function instancePath(
  namespace: string,
  vm: string,
  subresource: InstanceSubresource,
  version: SubresourceVersion = 'v1',
): string {
  const object = `${encodeURIComponent(namespace)}/virtualmachineinstances/${encodeURIComponent(vm)}`;
  return `/apis/${SUBRESOURCE_GROUP}/${version}/namespaces/${object}/${subresource}`;
}

export const vncPath = (namespace: string, vm: string, version?: SubresourceVersion): string =>
  instancePath(namespace, vm, 'vnc', version);

export const serialPath = (namespace: string, vm: string, version?: SubresourceVersion): string =>
  instancePath(namespace, vm, 'console', version);
