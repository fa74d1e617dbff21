import { type VmAction } from '#libs/api';

export const vmsText = {
  title: 'Virtual machines',
  what: 'the virtual machines in this namespace',
  filter: 'Filter by name, status, IP address or node',
  columns: {
    name: 'Name',
    status: 'Status',
    size: 'CPU and memory',
    ips: 'IP addresses',
    age: 'Age',
    viewers: 'Connected',
    actions: 'Actions',
  },
  empty: 'No virtual machines',
  emptyText: (namespace: string) =>
    `The namespace “${namespace}” has no virtual machines. Choose another namespace above.`,
  noMatch: 'No virtual machine matches the filter.',
  screen: 'Screen',
  screenOf: (name: string) => `Open the screen of ${name}`,
  serial: 'Serial console',
  issue: 'Issue link',
  nobody: 'Nobody',
  cpus: (n: number) => `${n} CPU${n === 1 ? '' : 's'}`,
};

export const vmText = {
  what: 'this virtual machine',
  missing: (name: string) => `Virtual machine “${name}” not found`,
  missingText: 'It may have been deleted, or it may be in another namespace.',
  details: 'Details',
  status: 'Status',
  node: 'Node',
  os: 'Operating system',
  created: 'Created',
  conditions: 'Conditions',
  condition: (type: string, reason: string) => (reason ? `${type}: ${reason}` : type),
  viewers: 'Connected now',
  nobody: 'Nobody.',
  unknown: 'Unknown.',
  since: (age: string) => `for ${age}`,
  end: 'Disconnect',
  endOf: (who: string) => `Disconnect ${who}`,
  ended: (who: string) => `Disconnected ${who}`,
  shot: 'Screen preview',
  shotAlt: (name: string) => `Screen of ${name}`,
  shotOff: 'The virtual machine is not running.',
  noScreen: 'This virtual machine has no screen.',
  shotForbidden: 'You do not have permission to take screenshots.',
  shotFailed: 'The preview is unavailable right now.',
  refresh: 'Refresh preview',
};

interface ActionText {
  label: string;
  done: (vm: string) => string;
  failed: (vm: string) => string;
  /** Asked before it is done. */
  ask?: string;
}

const CUTS = 'This disconnects everyone from its consoles. Unsaved work is lost.';

export const actionText: Record<VmAction, ActionText> = {
  start: { label: 'Start', done: (vm) => `${vm} is starting`, failed: (vm) => `Could not start ${vm}` },
  stop: { label: 'Stop', done: (vm) => `${vm} is stopping`, failed: (vm) => `Could not stop ${vm}`, ask: CUTS },
  restart: {
    label: 'Restart',
    done: (vm) => `${vm} is restarting`,
    failed: (vm) => `Could not restart ${vm}`,
    ask: CUTS,
  },
  pause: { label: 'Pause', done: (vm) => `${vm} is paused`, failed: (vm) => `Could not pause ${vm}` },
  unpause: { label: 'Resume', done: (vm) => `${vm} is running again`, failed: (vm) => `Could not resume ${vm}` },
};
