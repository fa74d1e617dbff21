import { serialPath, SUBRESOURCE_GROUP, SUBRESOURCE_VERSIONS, vncPath } from '#libs/kubevirt';
import { type RequestInfo } from './request-info.js';

export interface ConsoleTarget {
  readonly namespace: string;
  readonly vm: string;
  readonly kind: 'vnc' | 'serial';
}

/** What `vm` is short for: the consoles of one VM, in every served version, nothing else. */
export function vmUrls(namespace: string, vm: string): string[] {
  return SUBRESOURCE_VERSIONS.flatMap((version) => [
    vncPath(namespace, vm, version),
    serialPath(namespace, vm, version),
  ]);
}

/** The console that a request is for; of any version, served today or not. `vnc/screenshot` is not one. */
export function consoleTarget(info: RequestInfo): ConsoleTarget | undefined {
  const { group, resource, subresource, namespace, name, rest } = info;
  if (group !== SUBRESOURCE_GROUP || resource !== 'virtualmachineinstances' || rest !== undefined) return undefined;
  if (subresource !== 'vnc' && subresource !== 'console') return undefined;
  if (namespace === undefined || name === undefined) return undefined;
  return { namespace, vm: name, kind: subresource === 'vnc' ? 'vnc' : 'serial' };
}

/** Does this group hold VirtualMachines, their instances, or subresources of them? */
export function isKubevirt(group: string): boolean {
  return group === 'kubevirt.io' || group === SUBRESOURCE_GROUP;
}
