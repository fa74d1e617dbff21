import { type GateTokenPhase } from '#libs/api';

export const linksText = {
  title: 'Links',
  what: 'the links in this namespace',
  columns: {
    link: 'Link',
    vm: 'Virtual machine',
    phase: 'Status',
    until: 'Expires',
    live: 'Open consoles',
    lastUsed: 'Last used',
    issuer: 'Issued by',
    actions: 'Actions',
  },
  filter: 'Filter by name, VM, issuer or description',
  phases: 'Status',
  all: 'All statuses',
  empty: 'No links yet',
  emptyText: 'To issue one, open the menu of a virtual machine and choose “Issue link”.',
  noMatch: 'No link matches the filters.',
  toVms: 'Virtual machines',
  more: (n: number) => `and ${n} more`,
  never: 'Never',
  ago: (age: string) => `${age} ago`,
  left: (left: string) => `${left} left`,
  opens: (from: string) => `valid from ${from}`,
  singleUse: 'single use',
  used: 'used',
  viewOnly: 'view only',
  revoke: 'Revoke',
  remove: 'Delete',
  revokeTitle: (name: string) => `Revoke ${name}?`,
  revokeText: 'Everyone using this link is disconnected within a second. You cannot undo this.',
  removeTitle: (name: string) => `Delete ${name}?`,
  removeText:
    'Everyone using this link is disconnected within a second, and it disappears from this list. You cannot undo this.',
  revoked: (name: string) => `Revoked ${name}`,
  removed: (name: string) => `Deleted ${name}`,
};

export const PHASES: GateTokenPhase[] = ['Ready', 'Pending', 'Expired', 'Revoked', 'Error'];
