import { isDnsLabel, isDnsSubdomain } from '#libs/api';
import { type ConsoleIdentity, type ConsoleKind, readIdentity } from '#libs/api';
import { serialPath, vncPath } from '#libs/kubevirt';

export interface ConsoleAddress {
  namespace: string;
  vm: string;
  kind: ConsoleKind;
  /** As whom it is opened, where a person or a link chose. */
  as?: ConsoleIdentity;
}

/** The path of a console's page, with its query. */
export function consolePath({ namespace, vm, kind, as }: ConsoleAddress): string {
  const path = `/console/${encodeURIComponent(namespace)}/${encodeURIComponent(vm)}`;
  return `${path}${kind === 'serial' ? '/serial' : ''}${as ? `?as=${as}` : ''}`;
}

/** Reads a console page's address; undefined if it is not one, or its names are not valid in Kubernetes. */
export function readConsolePath({
  pathname,
  search,
}: Pick<Location, 'pathname' | 'search'>): ConsoleAddress | undefined {
  const match = /^\/console\/([^/]+)\/([^/]+)(\/serial)?\/?$/.exec(pathname);
  const [, namespace = '', vm = '', serial] = match ?? [];
  if (!isDnsLabel(namespace) || !isDnsSubdomain(vm)) return undefined;
  const as = readIdentity(search);
  return { namespace, vm, kind: serial ? 'serial' : 'vnc', ...(as && as !== 'invalid' && { as }) };
}

/** The API path of the console's subresource. */
export const subresource = ({ namespace, vm, kind }: ConsoleAddress): string =>
  kind === 'vnc' ? vncPath(namespace, vm) : serialPath(namespace, vm);

/** Where the socket of a console is, on the host of this page. */
export function socketUrl(
  address: ConsoleAddress,
  { takeOver, tab }: { takeOver: boolean; tab: string },
  page: Pick<Location, 'protocol' | 'host'>,
): string {
  const scheme = page.protocol === 'https:' ? 'wss:' : 'ws:';
  const { as } = address;
  const query = new URLSearchParams({ tab, ...(as && { as }), ...(takeOver && { takeover: 'true' }) });
  return `${scheme}//${page.host}/k8s${subresource(address)}?${query.toString()}`;
}

/** The one subprotocol that KubeVirt knows. */
export const SUBPROTOCOL = 'plain.kubevirt.io';
