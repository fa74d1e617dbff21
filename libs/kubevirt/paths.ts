export const KUBEVIRT_GROUP = 'kubevirt.io';
export const SUBRESOURCE_GROUP = 'subresources.kubevirt.io';

/** Versions in which KubeVirt serves its subresources, the preferred one first. */
export const SUBRESOURCE_VERSIONS = ['v1', 'v1alpha3'] as const;
export type SubresourceVersion = (typeof SUBRESOURCE_VERSIONS)[number];

export type InstanceSubresource =
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
export type MachineSubresource = 'start' | 'stop' | 'restart' | 'migrate';

function path(version: string, namespace: string, resource: string, name: string, subresource: string): string {
  const object = `${encodeURIComponent(namespace)}/${resource}/${encodeURIComponent(name)}`;
  return `/apis/${SUBRESOURCE_GROUP}/${version}/namespaces/${object}/${subresource}`;
}

/** API path of a subresource of a running machine (virtualmachineinstances). */
export function instancePath(
  namespace: string,
  vm: string,
  subresource: InstanceSubresource,
  version: SubresourceVersion = 'v1',
): string {
  return path(version, namespace, 'virtualmachineinstances', vm, subresource);
}

/** API path of an action on a VM, running or not (virtualmachines). */
export function machinePath(
  namespace: string,
  vm: string,
  subresource: MachineSubresource,
  version: SubresourceVersion = 'v1',
): string {
  return path(version, namespace, 'virtualmachines', vm, subresource);
}

export const vncPath = (namespace: string, vm: string, version?: SubresourceVersion): string =>
  instancePath(namespace, vm, 'vnc', version);

export const consolePath = (namespace: string, vm: string, version?: SubresourceVersion): string =>
  instancePath(namespace, vm, 'console', version);

export const screenshotPath = (namespace: string, vm: string, version?: SubresourceVersion): string =>
  instancePath(namespace, vm, 'vnc/screenshot', version);

export const portForwardPath = (namespace: string, vm: string, port: number, protocol: 'tcp' | 'udp' = 'tcp'): string =>
  path('v1', namespace, 'virtualmachineinstances', vm, `portforward/${port}/${protocol}`);

export type ConsoleKind = 'vnc' | 'serial';

/** @returns what console a canonical API path names, undefined when it names none. No query. */
export function parseConsolePath(
  path: string,
): { version: SubresourceVersion; namespace: string; vm: string; kind: ConsoleKind } | undefined {
  const [empty, apis, group, version, namespaces, namespace, resource, vm, subresource, ...rest] = path.split('/');
  const served = SUBRESOURCE_VERSIONS.find((known) => known === version);
  if (empty !== '' || apis !== 'apis' || group !== SUBRESOURCE_GROUP || served === undefined) return undefined;
  if (namespaces !== 'namespaces' || resource !== 'virtualmachineinstances' || rest.length > 0) return undefined;
  if (!namespace || !vm || (subresource !== 'vnc' && subresource !== 'console')) return undefined;
  return { version: served, namespace, vm, kind: subresource === 'vnc' ? 'vnc' : 'serial' };
}
