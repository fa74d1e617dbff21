import { SUBRESOURCE_GROUP } from '#libs/kubevirt';
import { type Right } from './rights.js';

/** The question of a SubjectAccessReview, without the user: the fields of authorization.k8s.io/v1. */
export interface ReviewAttributes {
  resourceAttributes?: {
    verb: string;
    group: string;
    resource: string;
    subresource?: string;
    name?: string;
    namespace?: string;
  };
  nonResourceAttributes?: { verb: string; path: string };
}

/** Nothing has this name, and no rule names it. */
const ANY = 'kube-gateway-any';

/** Of a collection: such a request has no name. Every other may have one, even create and watch. */
const OF_COLLECTION: ReadonlySet<string> = new Set(['list', 'deletecollection']);

/**
 * The reviews that have to allow a right, one or two. A right to every name, or to every subresource, is asked about as
 * Kubernetes writes it and with a name that nothing has: RBAC compares `pods/*` and an empty name in a rule letter by
 * letter, so such a rule would answer yes to a question about all, and gives access to none
 * (k8s.io/kubernetes pkg/apis/rbac/v1/evaluation_helpers.go).
 */
export function reviewsOf({ path, ...right }: Right): ReviewAttributes[] {
  if (path !== undefined) return [{ nonResourceAttributes: { verb: right.verb, path } }];
  const { verb, name, subresource } = right;
  const some = {
    ...right,
    ...(name === undefined && !OF_COLLECTION.has(verb) && { name: ANY }),
    ...(subresource !== undefined && { subresource: subresource.replace(/\*$/, ANY) }),
  };
  const isWide = some.name !== name || some.subresource !== subresource;
  return [right, ...(isWide ? [some] : [])].map((resourceAttributes) => ({ resourceAttributes }));
}

/** `get virtualmachineinstances/vnc in namespace prod`: what someone cannot do, as kubectl users say it. */
export function rightInWords(right: Right): string {
  const { verb, group, resource, subresource, namespace, path } = right;
  if (path !== undefined) return `${verb} ${path}`;
  const of = group === '*' ? ' of every API group' : resource === '*' && group !== '' ? ` of API group ${group}` : '';
  const what = [resource === '*' ? 'all resources' : named(right), ...(subresource === undefined ? [] : [subresource])];
  return `${verb === '*' ? 'use every verb on' : verb} ${what.join('/')}${of} in ${namespace === undefined ? 'all namespaces' : `namespace ${namespace}`}`;
}

/** The resources of this group have the names of others, in group kubevirt.io, of which `kubectl auth can-i` would tell. */
function named({ group, resource, subresource }: Right): string {
  return group === SUBRESOURCE_GROUP && subresource === undefined ? `${resource}.${group}` : resource;
}

const nameOf = ({ name }: Right) => (name === undefined ? '' : ` (name: ${name})`);

/** Why a grant is refused whose issuer lacks a right that it gives. */
export function issuerLacks(username: string, right: Right): string {
  const what = `user ${username} cannot ${rightInWords(right)}${nameOf(right)}`;
  return `${what}: a link cannot give more than its issuer has. Ask an administrator for this permission, or remove it from the grant.`;
}

/** Why a grant is refused that its gateway could not serve. @param namespace of the GateServer */
export function guestLacks(server: string, namespace: string, right: Right): string {
  const what = `the guest account of GateServer ${server} cannot ${rightInWords(right)}${nameOf(right)}`;
  if (right.path !== undefined) return `${what}: leave this URL out.`;
  if (right.namespace === namespace)
    return `${what}: leave this out, or have it allowed by spec.admin-resources of the GateServer, and by spec.admin-role where it is more than reading.`;
  const there = right.namespace === undefined ? '' : `, or create the GateToken in namespace ${right.namespace}`;
  return `${what}, because it serves namespace ${namespace} alone: leave this out${there}.`;
}

/**
 * Of the rights of a grant, those without which it is not what it says: of what a wildcard reaches, the guest account
 * may serve a part, but nothing in another namespace. KubeVirt serves the resources of its group for subresources only
 * by these: there is nothing else that could be denied.
 * @param namespace of the GateServer
 */
export function neededOfGuest(all: readonly Right[], namespace: string): Right[] {
  return all.filter(({ path, group, resource, subresource = '', ...right }) => {
    if (path !== undefined) return !path.endsWith('*');
    if (right.namespace !== undefined && right.namespace !== namespace) return true;
    if (group === SUBRESOURCE_GROUP && subresource === '') return false;
    return group !== '*' && resource !== '*' && !subresource.endsWith('*');
  });
}

/** Reviews that may be under way at once. */
const AT_ONCE = 20;

/**
 * Asks about rights, several at a time, in their order.
 * @param allows one review; what it throws is thrown
 * @returns the first that is denied; undefined where all are allowed
 */
export async function firstDenied(rights: readonly Right[], allows: Allows): Promise<Right | undefined> {
  for await (const denied of denials(rights, allows)) return denied;
  return undefined;
}

/** As firstDenied, all of them. */
export async function allDenied(rights: readonly Right[], allows: Allows): Promise<Right[]> {
  const found: Right[] = [];
  for await (const denied of denials(rights, allows)) found.push(denied);
  return found;
}

type Allows = (right: Right) => Promise<boolean>;

async function* denials(rights: readonly Right[], allows: Allows): AsyncGenerator<Right> {
  for (let start = 0; start < rights.length; start += AT_ONCE) {
    const some = rights.slice(start, start + AT_ONCE);
    const allowed = await Promise.all(some.map(allows));
    yield* some.filter((_, index) => !allowed[index]);
  }
}
