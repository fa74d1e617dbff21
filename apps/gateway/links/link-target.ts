import { isDnsLabel, isDnsSubdomain, type LinkInfo } from '#libs/api';
import { opens, parseRequest, vmUrls } from '#libs/policy';
import { type ActiveGrant } from '../grants/active-grant.js';

export interface Machine {
  readonly namespace: string;
  readonly vm: string;
}

export interface ConsoleTarget extends Machine {
  readonly kind: 'vnc' | 'serial';
}

/** Where this grant leads a person: a path on this host. Its console is opened with the link, whoever is signed in. */
export function locationOf(grant: ActiveGrant, wanted: Machine | undefined): string {
  const machine = wanted ?? grant.vm ?? machineOf(grant.urls);
  if (machine !== undefined) return `${consolePage(machine, kindOf(grant, machine))}?as=link`;
  const first = grant.urls.find((url) => url.startsWith('/') && !url.endsWith('*'));
  return first === undefined ? '/' : `/k8s${first}`;
}

export function consolePage({ namespace, vm }: Machine, kind: 'vnc' | 'serial'): string {
  const path = `/console/${encodeURIComponent(namespace)}/${encodeURIComponent(vm)}`;
  return kind === 'vnc' ? path : `${path}/serial`;
}

function machineOf(urls: readonly string[]): Machine | undefined {
  for (const url of urls) {
    const target = consoleOf(url);
    if (target !== undefined) return target;
  }
  return undefined;
}

/** @returns the console that an API path names. @param path without `/k8s` */
export function consoleOf(path: string): ConsoleTarget | undefined {
  const parsed = parseRequest('GET', path);
  const target = parsed.ok ? parsed.request.console : undefined;
  if (target === undefined || !isDnsSubdomain(target.vm) || !isDnsLabel(target.namespace)) return undefined;
  return target;
}

/** The screen if the grant allows it, else the serial console. */
function kindOf(grant: ActiveGrant, { namespace, vm }: Machine): 'vnc' | 'serial' {
  const allowed = vmUrls(namespace, vm).filter((path) => opens(grant.policy, path));
  return allowed.length > 0 && allowed.every((path) => path.endsWith('/console')) ? 'serial' : 'vnc';
}

/** What a person learns about a link before they use it. */
export function linkInfo(grant: ActiveGrant): LinkInfo {
  return {
    namespace: grant.vm?.namespace ?? grant.namespace,
    urls: [...grant.urls],
    until: new Date(grant.exp).toISOString(),
    'single-use': grant.singleUse,
    'view-only': grant.viewOnly,
    location: locationOf(grant, undefined),
    ...(grant.vm === undefined ? {} : { vm: grant.vm.vm }),
    ...(grant.description === undefined ? {} : { description: grant.description }),
    ...(grant.issuer === undefined ? {} : { issuer: grant.issuer }),
  };
}
