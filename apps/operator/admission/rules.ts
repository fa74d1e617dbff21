import { allDenied, type Right } from '#libs/policy';
import { type Rule } from '../gateserver/gateway-role.js';

/** More rights than this are not asked about for one set of rules; each takes one review, or two. */
const MOST_RIGHTS = 200;

/** Every right that the rules of a Role give in its namespace. */
function rightsOf(rules: readonly Rule[], namespace: string): Right[] {
  return rules.flatMap(({ apiGroups, resources, resourceNames = [undefined], verbs }) =>
    product([apiGroups, resources, verbs, resourceNames]).map(([group = '', full = '', verb = '', name]) => {
      const [resource = '', ...sub] = full.split('/');
      const subresource = sub.length === 0 ? {} : { subresource: sub.join('/') };
      return { verb, group, resource, ...subresource, ...(name !== undefined && { name }), namespace };
    }),
  );
}

const product = (lists: readonly (string | undefined)[][]): (string | undefined)[][] =>
  lists.reduce<(string | undefined)[][]>((all, list) => all.flatMap((one) => list.map((next) => [...one, next])), [[]]);

/**
 * The rights that are missing of those that the rules of a Role give, in their order. Where these are too many to ask about
 * one by one, who has a verb on everything, or on a whole API group, is asked about that; where still too many are left,
 * what is missing is named as coarsely.
 * @param allows one review; what it throws is thrown
 */
export async function missingOf(
  rules: readonly Rule[],
  namespace: string,
  allows: (right: Right) => Promise<boolean>,
): Promise<Right[]> {
  let open = rightsOf(rules, namespace);
  let left = MOST_RIGHTS;
  let missing: Right[] = [];
  for (const coarse of [everything, wholeGroup]) {
    if (open.length <= left) break;
    const asked = distinct(open.map(coarse));
    if (asked.length > left) return missing;
    left -= asked.length;
    missing = await allDenied(asked, allows);
    const lacking = new Set(missing.map(keyOf));
    open = open.filter((right) => lacking.has(keyOf(coarse(right))));
  }
  return open.length <= left ? allDenied(open, allows) : missing;
}

const everything = ({ verb, namespace }: Right): Right => of({ verb, group: '*', resource: '*', namespace });
const wholeGroup = ({ verb, group, namespace }: Right): Right => of({ verb, group, resource: '*', namespace });

function of({ namespace, ...right }: Omit<Right, 'namespace'> & { namespace: string | undefined }): Right {
  return { ...right, ...(namespace !== undefined && { namespace }) };
}

const keyOf = ({ verb, group }: Right): string => JSON.stringify([verb, group]);

const distinct = (rights: readonly Right[]): Right[] => [...new Map(rights.map((one) => [keyOf(one), one])).values()];
