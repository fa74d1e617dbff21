import { opens, parseRequest, vmUrls } from '#libs/policy';
import { type ActiveGrant } from '../grants/active-grant.js';
import { Refusal } from '../http/refusal.js';

const DNS_LABEL = /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/;
const DNS_NAME = /^(?=.{1,253}$)[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;

export interface Machine {
  readonly namespace: string;
  readonly vm: string;
}

/**
 * The machine that `name` and `namespace` of an old link say. Both or none.
 * @throws Refusal 400 where one of them is no name that Kubernetes has
 */
export function readMachine(name: unknown, namespace: unknown): Machine | undefined {
  const given = { name: unquoted(name), namespace: unquoted(namespace) };
  if (given.name === undefined && given.namespace === undefined) return undefined;
  if (given.name === undefined || !DNS_NAME.test(given.name)) throw badName('name');
  if (given.namespace === undefined || !DNS_LABEL.test(given.namespace)) throw badName('namespace');
  return { namespace: given.namespace, vm: given.name };
}

function badName(which: string): Refusal {
  return new Refusal(
    400,
    `The ${which} in this link is not a name that Kubernetes has.`,
    'Check that the link was copied whole.',
  );
}

/** The shell of the original instructions leaves the double quotes of JSON around values. */
export function unquoted(value: unknown): string | undefined {
  if (typeof value !== 'string') return undefined;
  const text = value.trim().replace(/^\\?"(.*?)\\?"$/s, '$1');
  return text === '' ? undefined : text;
}

/** Where a person goes with this grant: a path on the own host. */
export function locationOf(grant: ActiveGrant, wanted: Machine | undefined): string {
  const machine = wanted ?? grant.vm ?? machineOf(grant.urls);
  if (machine !== undefined) return consolePage(machine, kindOf(grant, machine));
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
export function consoleOf(path: string): (Machine & { kind: 'vnc' | 'serial' }) | undefined {
  const parsed = parseRequest('GET', path);
  const target = parsed.ok ? parsed.request.console : undefined;
  if (target === undefined || !DNS_NAME.test(target.vm) || !DNS_LABEL.test(target.namespace)) return undefined;
  return target;
}

/** The screen where the grant allows it, else the serial console. */
function kindOf(grant: ActiveGrant, { namespace, vm }: Machine): 'vnc' | 'serial' {
  const allowed = vmUrls(namespace, vm).filter((path) => opens(grant.policy, path));
  return allowed.length > 0 && allowed.every((path) => path.endsWith('/console')) ? 'serial' : 'vnc';
}
