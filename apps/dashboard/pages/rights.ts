import { type MissingRight, type Vm } from '#libs/api';
import { statusGroup } from '#libs/kubevirt';
import { POLL_MS } from '../api/query.js';

/** What is unknown of a VM without the right to a resource. */
const UNKNOWN: Partial<Record<MissingRight['resource'], string>> = {
  virtualmachineinstances: 'IP addresses, node and operating system are unknown',
  gatesessions: 'Who is connected is unknown',
};

/** `Updated every 15 s` */
export const every = `Updated every ${POLL_MS / 1_000} s`;

/** What a page of VMs or links cannot say, or says late, for want of rights: one sentence each, none where it says all. */
export function notesOf({
  polled,
  lacks = [],
}: {
  polled: MissingRight[];
  lacks?: MissingRight[] | undefined;
}): string[] {
  const late = polled.length > 0 ? [`${every}, ${because(polled)}`] : [];
  const unknown = lacks.flatMap((right) => {
    const what = UNKNOWN[right.resource];
    return what === undefined ? [] : [`${what}, ${because([right])}`];
  });
  return [...late, ...unknown];
}

/** Whether a VM's facts that come from a resource are unknown: what is empty need not be so. */
export function isUnknown(vm: Vm, resource: MissingRight['resource']): boolean {
  // A stopped VM has no instance, so the missing right hides nothing.
  if (resource === 'virtualmachineinstances' && statusGroup(vm.status) === 'stopped') return false;
  return vm.lacks.some((right) => right.resource === resource);
}

const LIST = new Intl.ListFormat('en');

/** `because you do not have permission to list x or to watch y and z.` */
function because(rights: MissingRight[]): string {
  const verbs = [...new Set(rights.map(({ verb }) => verb))];
  const parts = verbs.map((verb) => {
    const resources = rights.filter((right) => right.verb === verb).map(({ resource }) => resource);
    return `to ${verb} ${LIST.format(resources)}`;
  });
  return `because you do not have permission ${parts.join(' or ')}.`;
}
