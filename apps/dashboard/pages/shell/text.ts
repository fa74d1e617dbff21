import { type StreamState } from '../../api/stream.js';
import { every } from '../rights.js';

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
  account: (name: string) => `Account: ${name}`,
  session: 'your session',
};

export const streamText: Record<StreamState, { label: string; hint: string }> = {
  live: { label: 'Live', hint: 'This page updates automatically.' },
  connecting: { label: 'Connecting', hint: 'Waiting for updates from the gateway.' },
  paused: { label: 'Paused', hint: 'Updates are paused while this tab is hidden.' },
  broken: { label: 'Disconnected', hint: 'No updates from the gateway. Reconnecting…' },
};

/** Of a page that does not get its changes from the stream. */
export const polledText = { label: every, hint: 'The page says why it does not update at once.' };
