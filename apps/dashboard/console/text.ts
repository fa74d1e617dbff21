import { type Access, type ConsoleKind, type Obstacle } from './access.js';

/** Every sentence of the console page. */
export const consoleText = {
  leaveHint: 'Everything you type goes to the virtual machine. Ctrl+Alt+Shift gives the keyboard back to this page.',
  kind: { vnc: 'Screen', serial: 'Serial console' } satisfies Record<ConsoleKind, string>,
  states: {
    checking: 'Looking…',
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
  clipboardHint: 'Share the clipboard of this browser with the virtual machine',
  reconnect: 'Reconnect',
  disconnect: 'Disconnect',
  viewOnly: 'View only',
  timeLeft: 'Time left',
  dashboard: 'All virtual machines',
  serialHint: 'Press Enter if you see nothing.',
  said: 'The gateway says:',
  openAgain: 'Open again',
  takeOver: 'Take over',
  tryNow: 'Try now',
  tryAgain: 'Try again',
  start: 'Start it',
  resume: 'Resume it',
  lookAnyway: 'Show it anyway',
  signIn: 'Sign in',
  noTakeOver: 'Your link does not allow you to take over. The console opens by itself when it is free.',
  mayNotTakeOver: 'Your link does not allow you to take over. Open the console again to wait until it is free.',
  reconnecting: (attempt: number, seconds: number) =>
    seconds > 0 ? `Attempt ${attempt}: reconnecting in ${seconds} s…` : `Attempt ${attempt}: reconnecting…`,
  gaveUp: 'Reconnecting did not work. Check your network connection, then try again.',
};

export const pasteText = {
  title: 'Paste text',
  explain: 'The text is typed into the virtual machine key by key, as on a US keyboard.',
  explainSerial: 'The text is sent to the serial console as if you had typed it.',
  label: 'Text to type',
  send: 'Type it',
  cancel: 'Cancel',
  stop: 'Stop',
  uncertain: (characters: string[]) =>
    `No US keyboard has these characters, so they may not arrive: ${characters.map(visible).join(' ')}`,
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
export function obstacleText(why: Obstacle, kind: ConsoleKind, access: Access, vm: string): Words {
  const what = consoleText.kind[kind].toLowerCase();
  const waits = 'This page opens it as soon as it can.';
  switch (why) {
    case 'missing':
      return { title: `There is no virtual machine “${vm}”`, text: 'It may have been deleted, or its name changed.' };
    case 'stopped':
      return { title: 'The virtual machine is stopped', text: `It has a ${what} only while it runs. ${waits}` };
    case 'stopping':
      return { title: 'The virtual machine is stopping', text: `It has a ${what} only while it runs. ${waits}` };
    case 'starting':
      return { title: 'The virtual machine is starting', text: waits };
    case 'paused':
      return { title: 'The virtual machine is paused', text: `It answers nothing until it is resumed. ${waits}` };
    case 'broken':
      return {
        title: 'The virtual machine does not run',
        text: `Its status is “${access.vmStatus}”. Its owner has to look into that. ${waits}`,
      };
    case 'noConsole':
      return { title: `This virtual machine has no ${what}`, text: 'It was made without one.' };
    case 'notAllowed':
      return access.who === 'guest'
        ? { title: `Your link does not include the ${what}`, text: 'Ask the person who sent it for one that does.' }
        : { title: `You may not open the ${what}`, text: 'Ask an administrator of this namespace for the right.' };
    case 'busy':
      return {
        title: 'Somebody else is on this console',
        text: `${inUseBy(access.busy[kind])}One person at a time can be on a console.`,
      };
    case 'expired':
      return {
        title: 'Your time on this console is over',
        text: 'The link has ended. Ask the person who sent it for a new one.',
      };
  }
}

function inUseBy(who: string | undefined): string {
  return who ? `It is in use by ${who}. ` : '';
}

/** Why access was refused, in words; the gateway's own message (`said`) follows them, or is all there is to say. */
export function refusalText(code: number, said: string): Words {
  if (code === 401) {
    return { title: 'You need a link, or to sign in', text: said };
  }
  if (code === 403)
    return { title: 'You may not open this console', text: 'Your link or your account does not allow it.' };
  if (code === 404) return { title: 'There is no such virtual machine', text: 'Check the address of this page.' };
  if (code === 0) return { title: 'The gateway does not answer', text: 'Check your network connection.' };
  return { title: 'The console cannot be opened now', text: 'Try again in a moment.' };
}
