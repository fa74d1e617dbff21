import { type StreamState } from '../../api/stream.js';

export const shellText = {
  skip: 'Skip to content',
  nav: 'Main',
  vms: 'Virtual machines',
  links: 'Links',
  namespace: 'Namespace',
  noLinks: (namespace: string) => `${namespace} (no gateway)`,
  signedInAs: 'Signed in as',
  until: (date: string) => `until ${date}`,
  signOut: 'Sign out',
  account: (name: string) => `Account of ${name}`,
  session: 'your session',
};

export const streamText: Record<StreamState, { label: string; hint: string }> = {
  live: { label: 'Live', hint: 'This page shows changes as they happen.' },
  connecting: { label: 'Connecting', hint: 'Changes will show as soon as the gateway sends them.' },
  paused: { label: 'Paused', hint: 'A hidden tab gets no changes.' },
  broken: { label: 'Not live', hint: 'The gateway sends no changes at the moment. Trying again.' },
};
