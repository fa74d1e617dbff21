import { SUBRESOURCE_GROUP } from '#libs/kubevirt';
import { forbidden, requestInfo } from '#libs/policy';
import { type Discovered, type ServedResource } from './discovery.js';
import { type Rule } from './gateway-role.js';
import { isGuarded, isKnown } from './guarded.js';

const READER = ['get', 'list', 'watch'];
const ADMIN = [...READER, 'create', 'delete', 'patch', 'update'];

/** The verbs of each `admin-role`. */
export const ROLE_VERBS = { reader: READER, admin: ADMIN } as const;

/** Subresources that open a way past the API: a person must name each of them. */
const CONNECT = new Set(['exec', 'attach', 'portforward', 'proxy', 'usbredir', 'vsock']);

/** The Role of the guest account. */
export interface GuestRights {
  rules: Rule[];
  /** What was asked for and is not in it, and why, a part of a sentence each. */
  left: string[];
  /** What is in it and reaches further than it seems, a sentence each. */
  warnings: string[];
}

/** KubeVirt's own doing: a machine's volumes may be Secrets, and a service account's token. */
const DISKS =
  'A guest whose grant can create or change virtual machines can attach any Secret of this namespace to them as a disk, including the signing key.';

/** Groups whose objects hold a machine's template, or patches to one that they make (clones, restores). */
const MACHINES: ReadonlySet<string> = new Set([
  'kubevirt.io',
  'pool.kubevirt.io',
  'clone.kubevirt.io',
  'snapshot.kubevirt.io',
]);

/** Given when nothing is named: the machines and what stands around them. */
const USUAL: readonly ServedResource[] = [
  { group: 'kubevirt.io', name: 'virtualmachines' },
  { group: 'kubevirt.io', name: 'virtualmachineinstances' },
  { group: '', name: 'pods' },
  { group: '', name: 'services' },
  { group: '', name: 'events' },
];
const CONSOLES: Rule = {
  apiGroups: [SUBRESOURCE_GROUP],
  resources: ['virtualmachineinstances/vnc', 'virtualmachineinstances/console'],
  verbs: ['get'],
};

/**
 * `admin-role` x `admin-resources`. An admin writes no kind through which the gateway or its keys are reached.
 * @param resources as the spec has it: empty, `*`, or a list of `pods`, `deployments.apps`, `pods/log`
 * @param discovered what the API server serves; not looked at when `resources` is empty
 */
export function guestRights(role: 'reader' | 'admin', resources: string, discovered: Discovered): GuestRights {
  const names = namesIn(resources);
  const given: ServedResource[] = [];
  const left: string[] = [];
  for (const name of names) {
    if (name === '*') everything(discovered, given, left);
    else named(name, discovered, given, left);
  }
  const all = names.length === 0 ? USUAL : given;
  const [read, written] = role === 'admin' ? parted(all, names) : [all, []];
  const rules = [...rulesOf(written, ADMIN), ...rulesOf(read, READER)];
  const kept = role === 'admin' && read.length > 0 ? [onlyRead(read)] : [];
  const warnings = written.some(({ group }) => MACHINES.has(group)) ? [DISKS] : [];
  return { rules: names.length === 0 ? [CONSOLES, ...rules] : rules, left: [...kept, ...left], warnings };
}

const namesIn = (resources: string): string[] =>
  resources
    .split(',')
    .map((name) => name.trim())
    .filter(Boolean);

/**
 * What is only read, and what is written too. A way past the API that a person named is their responsibility. `*`
 * names no kind, so it gives write access to no unknown kind.
 */
function parted(all: readonly ServedResource[], names: readonly string[]): [ServedResource[], ServedResource[]] {
  const isNamed = (one: ServedResource) =>
    !names.includes('*') || names.includes(textOf(one)) || names.includes(one.name);
  const isRead = (one: ServedResource) =>
    !isConnectResource(one) && (isGuarded(one) || !(isKnown(one) || isNamed(one)));
  return [all.filter(isRead), all.filter((one) => !isRead(one))];
}

function onlyRead(read: readonly ServedResource[]): string {
  const names = [...new Set(read.map(textOf))].join(', ');
  return `${names}: only get, list and watch, because writing them can reach the gateway itself or its keys`;
}

/** As it is written in `admin-resources`. */
function textOf({ group, name }: ServedResource): string {
  const [resource = '', ...sub] = name.split('/');
  return [group ? `${resource}.${group}` : resource, ...sub].join('/');
}

function everything({ served, silent }: Discovered, given: ServedResource[], left: string[]): void {
  given.push(...served.filter((one) => !isNever(one) && !isConnectResource(one)));
  if (silent.length > 0) left.push(`* is incomplete: ${awayOf(silent)}`);
}

const awayOf = (silent: readonly string[]) => `${silent.join(', ')} ${silent.length > 1 ? 'do' : 'does'} not respond`;

/** What an entry of `admin-resources` names. `group` undefined: of whichever API group. */
function parsed(text: string): { name: string; group: string | undefined } {
  const [, resource = '', group, sub = ''] = /^([^./]+)(?:\.([^/]+))?(\/.+)?$/.exec(text) ?? [];
  return { name: resource + sub, group };
}

const servedAs = (text: string, served: readonly ServedResource[]): ServedResource[] => {
  const { name, group } = parsed(text);
  return served.filter((one) => one.name === name && (group === undefined || one.group === group));
};

/**
 * As if the cluster served all that is named: guests get it as soon as it does. Of a name without its group, no one knows
 * which it will be: its group is then `*`.
 */
export function asIfServed(resources: string, { served, silent }: Discovered): Discovered {
  const missing = namesIn(resources).filter((text) => text !== '*' && servedAs(text, served).length === 0);
  const later = missing.map(parsed).map(({ name, group = '*' }) => ({ name, group }));
  return { served: [...served, ...later.filter(({ name }) => name !== '')], silent };
}

function named(text: string, { served, silent }: Discovered, given: ServedResource[], left: string[]): void {
  const { group } = parsed(text);
  const found = servedAs(text, served);
  const allowed = found.filter((one) => !isNever(one));
  const away = silent.filter((one) => group === undefined || one === group);
  given.push(...allowed);
  if (allowed.length > 0) return;
  if (found.length > 0) left.push(`${text} is never granted to guests`);
  else if (away.length > 0) left.push(`${text} cannot be looked up now: ${awayOf(away)}`);
  else left.push(`${text} is not served by this cluster`);
}

function isNever({ group, name }: ServedResource): boolean {
  const path = `${group ? `/apis/${group}` : '/api'}/v1/namespaces/n`;
  const [resource = '', ...subresource] = name.split('/');
  return forbidden(requestInfo('GET', [path, resource, 'x', ...subresource].join('/'))) !== undefined;
}

function isConnectResource({ name }: ServedResource): boolean {
  return name
    .split('/')
    .slice(1)
    .some((part) => CONNECT.has(part));
}

/** One rule a group, sorted, so that the same rights are the same bytes. */
function rulesOf(given: readonly ServedResource[], verbs: string[]): Rule[] {
  const groups = new Map<string, Set<string>>();
  for (const { group, name } of given) groups.set(group, (groups.get(group) ?? new Set()).add(name));
  return [...groups]
    .sort(([a], [b]) => a.localeCompare(b))
    .map(([group, names]) => ({ apiGroups: [group], resources: [...names].sort(), verbs }));
}
