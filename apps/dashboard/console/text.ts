import { type ConsoleIdentity, type ConsoleKind, COOKIES_BLOCKED } from '#libs/api';
import { ApiError } from '../api/client.js';
import { type ConsoleAccess, type Obstacle } from './access.js';

/** Every sentence of the console page. */
export const consoleText = {
  leaveHint:
    'Everything you type goes to the virtual machine. Press Ctrl+Alt+Shift to return the keyboard to this page.',
  kind: { vnc: 'Screen', serial: 'Serial console' } satisfies Record<ConsoleKind, string>,
  /** For the toolbar, which has no room for the whole name. The whole name starts with this. */
  kindShort: { vnc: 'Screen', serial: 'Serial' } satisfies Record<ConsoleKind, string>,
  states: {
    checking: 'Checking access…',
    connecting: 'Connecting…',
    connected: 'Connected',
    blocked: 'Not connected',
    refused: 'Not connected',
    reconnecting: 'Connection lost',
    ended: 'Closed',
  },
  toolbar: 'Console',
  kinds: 'Console type',
  identity: 'Who you are on this console',
  fullScreen: 'Full screen',
  leaveFullScreen: 'Leave full screen',
  ctrlAltDel: 'Ctrl+Alt+Del',
  paste: 'Paste text',
  copy: 'Copy selection',
  fit: 'Fit to window',
  clipboard: 'Share clipboard',
  clipboardHint: 'Share the clipboard between this browser and the virtual machine',
  reconnect: 'Reconnect',
  /** Between what an earlier connection showed and this one. */
  reconnected: '--- reconnected ---',
  disconnect: 'Disconnect',
  viewOnly: 'View only',
  timeLeft: 'Time left',
  dashboard: 'All VMs',
  said: 'Details:',
  openAgain: 'Open again',
  takeOver: 'Take over',
  tryNow: 'Reconnect now',
  tryAgain: 'Try again',
  start: 'Start',
  resume: 'Resume',
  lookAnyway: 'Show screen anyway',
  signIn: 'Sign in',
  noTakeOver: 'Your link does not allow takeover. The console opens automatically when it is free.',
  mayNotTakeOver: 'Your link does not allow takeover. Open the console again to wait until it is free.',
  reconnecting: (attempt: number, seconds: number) =>
    seconds > 0 ? `Attempt ${attempt}: reconnecting in ${seconds} s…` : `Attempt ${attempt}: reconnecting…`,
  gaveUp: 'Could not reconnect. Check your network connection and try again.',
};

/** Why the screen could not be shown although the connection was made. */
export const screenText = {
  refused: 'The virtual machine refused the connection to its screen.',
  password: 'The screen requires a VNC password, which is not supported.',
};

export const pasteText = {
  title: 'Paste text',
  explain: 'The text is typed into the virtual machine key by key, using the US keyboard layout.',
  explainSerial: 'The text is sent to the serial console as if you typed it.',
  label: 'Text',
  send: 'Paste',
  cancel: 'Cancel',
  stop: 'Stop',
  uncertain: (characters: string[]) =>
    `These characters are not on a US keyboard and may not arrive: ${characters.map(visible).join(' ')}`,
  progress: (done: number, all: number) => `${done} of ${all} characters typed`,
};

function visible(character: string): string {
  const point = character.codePointAt(0) ?? 0;
  return point < 0x20 || (point >= 0x7f && point < 0xa0) ? `U+${point.toString(16).padStart(4, '0')}` : character;
}

/** Service accounts have long names; the last part says enough. */
export const shortName = (username: string) => username.replace(/^system:serviceaccount:[^:]+:/, '');

/** Who one is on a console. */
export function identityText({ as, name }: ConsoleAccess): string {
  if (as === 'user') return `As ${shortName(name ?? '')}`;
  return name === undefined ? 'With a link' : `With the link from ${shortName(name)}`;
}

/** The offer to become this identity. */
export function turnTo(access: ConsoleAccess): string {
  const identity = identityText(access);
  return `Continue ${identity.charAt(0).toLowerCase()}${identity.slice(1)}${access.viewOnly ? ' (view only)' : ''}`;
}

export interface Words {
  title: string;
  text: string;
}

interface Facts {
  /** The console's name inside a sentence. */
  what: string;
  vm: string;
  access: ConsoleAccess;
  /** Who is on the console; empty or undefined if the viewer may not know. */
  user: string | undefined;
}

const WHEN_RUNNING = 'The console opens automatically when the virtual machine is running.';
const WHEN_AVAILABLE = 'The console opens automatically as soon as it is available.';

const OBSTACLES: Record<Obstacle, (facts: Facts) => Words> = {
  missing: ({ vm }) => ({
    title: `Virtual machine “${vm}” not found`,
    text: 'It may have been deleted. Check the address of this page.',
  }),
  gone: ({ vm }) => ({
    title: `Virtual machine “${vm}” was deleted`,
    text: 'Your link was for that machine only, so it no longer works. If you need access to another one, ask for a new link.',
  }),
  stopped: () => ({ title: 'The virtual machine is stopped', text: WHEN_RUNNING }),
  stopping: () => ({ title: 'The virtual machine is stopping', text: WHEN_RUNNING }),
  starting: () => ({ title: 'The virtual machine is starting', text: WHEN_RUNNING }),
  paused: () => ({
    title: 'The virtual machine is paused',
    text: `It does not respond until someone resumes it. ${WHEN_AVAILABLE}`,
  }),
  broken: ({ access }) => ({
    title: 'The virtual machine is not running',
    text: `Its status is “${access.vmStatus}”. Contact its owner. ${WHEN_AVAILABLE}`,
  }),
  noConsole: ({ what }) => ({
    title: `This virtual machine has no ${what}`,
    text: 'It was created without one.',
  }),
  notAllowed: ({ what, access }) =>
    access.as === 'link'
      ? { title: `Your link does not include the ${what}`, text: 'Ask the person who sent it for a link that does.' }
      : {
          title: `You do not have permission to open the ${what}`,
          text: 'Ask an administrator of this namespace for access.',
        },
  busy: ({ user }) => ({
    title: 'This console is in use',
    text: `${user ? `It is in use by ${user}.` : 'Someone else is using it.'} A console can be open in only one place at a time.`,
  }),
  expired: () => ({
    title: 'Your access to this console has expired',
    text: 'Ask the person who sent the link for a new one.',
  }),
};

/** Why the console is not open, in words. */
export function obstacleText(why: Obstacle, kind: ConsoleKind, access: ConsoleAccess, vm: string): Words {
  return OBSTACLES[why]({ what: consoleText.kind[kind].toLowerCase(), vm, access, user: access.busy[kind] });
}

/**
 * Why access was refused, in words. The gateway's own message is the text of a 401, else follows it.
 * @param as who the visitor chose to be, or was
 */
export function refusalText(error: Error, as: ConsoleIdentity | undefined): Words {
  const { code, cookiesBlocked } = error instanceof ApiError ? error : { code: 500, cookiesBlocked: false };
  if (cookiesBlocked) return { title: COOKIES_BLOCKED.title, text: error.message };
  if (code === 401 && as === 'user') return { title: 'You are not signed in', text: 'Sign in to open this console.' };
  if (code === 401) return { title: 'Open a link or sign in', text: error.message };
  if (code === 403) return { title: 'Access denied', text: 'Your link or account does not allow this console.' };
  if (code === 404) return { title: 'Virtual machine not found', text: 'Check the address of this page.' };
  if (code === 0) return { title: 'Cannot reach the gateway', text: 'Check your network connection.' };
  return { title: 'The console cannot be opened right now', text: 'Try again in a moment.' };
}
