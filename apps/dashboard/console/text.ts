import { type ConsoleKind } from '#libs/api';
import { type ConsoleAccess, type Obstacle } from './access.js';

/** Every sentence of the console page. */
export const consoleText = {
  leaveHint:
    'Everything you type goes to the virtual machine. Press Ctrl+Alt+Shift to return the keyboard to this page.',
  kind: { vnc: 'Screen', serial: 'Serial console' } satisfies Record<ConsoleKind, string>,
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
  fullScreen: 'Full screen',
  leaveFullScreen: 'Leave full screen',
  ctrlAltDel: 'Ctrl+Alt+Del',
  paste: 'Paste text',
  copy: 'Copy selection',
  copied: 'Copied',
  fit: 'Fit to window',
  clipboard: 'Share clipboard',
  clipboardHint: 'Share the clipboard between this browser and the virtual machine',
  reconnect: 'Reconnect',
  disconnect: 'Disconnect',
  viewOnly: 'View only',
  timeLeft: 'Time left',
  dashboard: 'All virtual machines',
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

export interface Words {
  title: string;
  text: string;
}

/** Why the console is not open, in words. */
export function obstacleText(why: Obstacle, kind: ConsoleKind, access: ConsoleAccess, vm: string): Words {
  const what = consoleText.kind[kind].toLowerCase();
  const opens = 'The console opens automatically when the virtual machine is running.';
  const waits = 'The console opens automatically as soon as it is available.';
  switch (why) {
    case 'missing':
      return {
        title: `Virtual machine “${vm}” not found`,
        text: 'It may have been deleted, or its name may have changed.',
      };
    case 'stopped':
      return { title: 'The virtual machine is stopped', text: opens };
    case 'stopping':
      return { title: 'The virtual machine is stopping', text: opens };
    case 'starting':
      return { title: 'The virtual machine is starting', text: opens };
    case 'paused':
      return { title: 'The virtual machine is paused', text: `It does not respond until someone resumes it. ${waits}` };
    case 'broken':
      return {
        title: 'The virtual machine is not running',
        text: `Its status is “${access.vmStatus}”. Contact its owner. ${waits}`,
      };
    case 'noConsole':
      return { title: `This virtual machine has no ${what}`, text: 'It was created without one.' };
    case 'notAllowed':
      return access.who === 'guest'
        ? { title: `Your link does not include the ${what}`, text: 'Ask the person who sent it for a link that does.' }
        : {
            title: `You do not have permission to open the ${what}`,
            text: 'Ask an administrator of this namespace for access.',
          };
    case 'busy':
      return {
        title: 'Someone else is using this console',
        text: `${inUseBy(access.busy[kind])}Only one person at a time can use a console.`,
      };
    case 'expired':
      return {
        title: 'Your access to this console has expired',
        text: 'Ask the person who sent the link for a new one.',
      };
  }
}

function inUseBy(who: string | undefined): string {
  return who ? `It is in use by ${who}. ` : '';
}

/** Why access was refused, in words. The gateway's own message (`said`) is the text of a 401, else follows it. */
export function refusalText(code: number, said: string): Words {
  if (code === 401) {
    return { title: 'Open a link or sign in', text: said };
  }
  if (code === 403) return { title: 'Access denied', text: 'Your link or account does not allow this console.' };
  if (code === 404) return { title: 'Virtual machine not found', text: 'Check the address of this page.' };
  if (code === 0) return { title: 'Cannot reach the gateway', text: 'Check your network connection.' };
  return { title: 'The console cannot be opened right now', text: 'Try again in a moment.' };
}
