import { isDnsLabel, isDnsSubdomain } from '#libs/api';
import { type ConsoleTarget, consolesAt, consolesOf, parseRequest, type VmConsoles } from '#libs/policy';
import { type ActiveGrant } from '../grants/active-grant.js';

export interface Machine {
  readonly namespace: string;
  readonly vm: string;
}

/** Where this grant leads a person, a path on this host: the console of its only VM, else the page that lists what it opens. */
export function locationOf({ policy, uid }: ActiveGrant, wanted: Machine | undefined): string {
  if (wanted !== undefined) return consoleLocation(consolesAt(policy, wanted.namespace, wanted.vm));
  const [first, second] = consolesOf(policy);
  if (first !== undefined && second === undefined) return consoleLocation(first);
  return `/l?${new URLSearchParams({ grant: uid }).toString()}`;
}

/** The page of a VM's screen if the grant opens it, else of its serial console; always opened with the link. */
export function consoleLocation({ vnc, serial, ...machine }: VmConsoles): string {
  return `${consolePage(machine, serial && !vnc ? 'serial' : 'vnc')}?as=link`;
}

export function consolePage({ namespace, vm }: Machine, kind: 'vnc' | 'serial'): string {
  const path = `/console/${encodeURIComponent(namespace)}/${encodeURIComponent(vm)}`;
  return kind === 'vnc' ? path : `${path}/serial`;
}

/** @returns the console that an API path names. @param path without `/k8s` */
export function consoleOf(path: string): ConsoleTarget | undefined {
  const parsed = parseRequest('GET', path);
  const target = parsed.ok ? parsed.request.console : undefined;
  if (target === undefined || !isDnsSubdomain(target.vm) || !isDnsLabel(target.namespace)) return undefined;
  return target;
}
