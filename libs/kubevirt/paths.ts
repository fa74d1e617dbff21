export const SUBRESOURCE_GROUP = 'subresources.kubevirt.io';

/** Versions in which KubeVirt serves its subresources, the preferred one first. */
export const SUBRESOURCE_VERSIONS = ['v1', 'v1alpha3'] as const;
export type SubresourceVersion = (typeof SUBRESOURCE_VERSIONS)[number];

/** API path of a subresource of a VM's instance, or of the VM itself (`resource`). */
export function subresourcePath(
  namespace: string,
  vm: string,
  subresource: string,
  {
    resource = 'virtualmachineinstances',
    version = 'v1',
  }: { resource?: 'virtualmachines' | 'virtualmachineinstances'; version?: SubresourceVersion } = {},
): string {
  const object = `${encodeURIComponent(namespace)}/${resource}/${encodeURIComponent(vm)}`;
  return `/apis/${SUBRESOURCE_GROUP}/${version}/namespaces/${object}/${subresource}`;
}

export const vncPath = (namespace: string, vm: string, version: SubresourceVersion = 'v1'): string =>
  subresourcePath(namespace, vm, 'vnc', { version });

export const serialPath = (namespace: string, vm: string, version: SubresourceVersion = 'v1'): string =>
  subresourcePath(namespace, vm, 'console', { version });
