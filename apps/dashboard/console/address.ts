import { isDnsLabel, isDnsSubdomain } from '#libs/api';
import { type ConsoleKind } from '#libs/api';

export interface ConsoleAddress {
  namespace: string;
  vm: string;
  kind: ConsoleKind;
}

/** The path of a console's page. */
export function consolePath({ namespace, vm, kind }: ConsoleAddress): string {
  const path = `/console/${encodeURIComponent(namespace)}/${encodeURIComponent(vm)}`;
  return kind === 'serial' ? `${path}/serial` : path;
}

/** Reads a console page's path; undefined if it is not one, or its names are not valid in Kubernetes. */
export function readConsolePath(path: string): ConsoleAddress | undefined {
  const match = /^\/console\/([^/]+)\/([^/]+)(\/serial)?\/?$/.exec(path);
  const [, namespace = '', vm = '', serial] = match ?? [];
  if (!isDnsLabel(namespace) || !isDnsSubdomain(vm)) return undefined;
  return { namespace, vm, kind: serial ? 'serial' : 'vnc' };
}

/** The API path of the console's subresource. */
export function subresource({ namespace, vm, kind }: ConsoleAddress): string {
  const last = kind === 'vnc' ? 'vnc' : 'console';
  return `/apis/subresources.kubevirt.io/v1/namespaces/${namespace}/virtualmachineinstances/${vm}/${last}`;
}

/** Where the socket of a console is, on the host of this page. */
export function socketUrl(
  address: ConsoleAddress,
  { takeOver, tab }: { takeOver: boolean; tab: string },
  page: Pick<Location, 'protocol' | 'host'>,
): string {
  const scheme = page.protocol === 'https:' ? 'wss:' : 'ws:';
  const query = new URLSearchParams({ tab, ...(takeOver && { takeover: 'true' }) });
  return `${scheme}//${page.host}/k8s${subresource(address)}?${query.toString()}`;
}

/** The one subprotocol that KubeVirt knows. */
export const SUBPROTOCOL = 'plain.kubevirt.io';
