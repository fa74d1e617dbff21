import { forbidden, requestInfo } from '#libs/policy';
import { type Served } from './discovery.js';
import { type Rule } from './gateway-role.js';

const READER = ['get', 'list', 'watch'];
const ADMIN = [...READER, 'create', 'delete', 'patch', 'update'];

/** Subresources that open a way past the API: a person must name each of them. */
const CONNECT = new Set(['exec', 'attach', 'portforward', 'proxy', 'usbredir', 'vsock']);
const SUBRESOURCES = 'subresources.kubevirt.io';

/** The Role of the guest account, and what was asked for and is not in it, a sentence each. */
export interface GuestRights {
  rules: Rule[];
  left: string[];
}

/**
 * `admin-role` x `admin-resources`.
 * @param resources as the spec has it: empty, `*`, or a list of `pods`, `deployments.apps`, `pods/log`
 * @param served what the API server serves; not looked at when `resources` is empty
 */
export function guestRights(role: 'reader' | 'admin', resources: string, served: readonly Served[]): GuestRights {
  const verbs = role === 'admin' ? ADMIN : READER;
  const names = resources
    .split(',')
    .map((name) => name.trim())
    .filter(Boolean);
  if (names.length === 0) return { rules: usual(verbs), left: [] };
  const given: Served[] = [];
  const left: string[] = [];
  for (const name of names) {
    if (name === '*') given.push(...served.filter((one) => !isNever(one) && !isConnect(one)));
    else named(name, served, given, left);
  }
  return { rules: rulesOf(given, verbs), left };
}

function usual(verbs: string[]): Rule[] {
  return [
    { apiGroups: ['kubevirt.io'], resources: ['virtualmachines', 'virtualmachineinstances'], verbs },
    {
      apiGroups: [SUBRESOURCES],
      resources: ['virtualmachineinstances/vnc', 'virtualmachineinstances/console'],
      verbs: ['get'],
    },
    { apiGroups: [''], resources: ['pods', 'services', 'events'], verbs },
  ];
}

function named(text: string, served: readonly Served[], given: Served[], left: string[]): void {
  const [, resource = '', group, sub = ''] = /^([^./]+)(?:\.([^/]+))?(\/.+)?$/.exec(text) ?? [];
  const found = served.filter((one) => one.name === resource + sub && (group === undefined || one.group === group));
  const allowed = found.filter((one) => !isNever(one));
  given.push(...allowed);
  if (found.length === 0) left.push(`${text} is not served by this cluster`);
  else if (allowed.length === 0) left.push(`${text} is never given to guests`);
}

function isNever({ group, name }: Served): boolean {
  const path = `${group ? `/apis/${group}` : '/api'}/v1/namespaces/n`;
  const [resource = '', ...subresource] = name.split('/');
  return forbidden(requestInfo('GET', [path, resource, 'x', ...subresource].join('/'))) !== undefined;
}

function isConnect({ name }: Served): boolean {
  return name
    .split('/')
    .slice(1)
    .some((part) => CONNECT.has(part));
}

/** One rule a group, sorted, so that the same rights are the same bytes. */
function rulesOf(given: readonly Served[], verbs: string[]): Rule[] {
  const groups = new Map<string, Set<string>>();
  for (const { group, name } of given) groups.set(group, (groups.get(group) ?? new Set()).add(name));
  return [...groups]
    .sort(([a], [b]) => a.localeCompare(b))
    .map(([group, names]) => ({ apiGroups: [group], resources: [...names].sort(), verbs }));
}
