/** What a page, or a script, does after a console ended. */
export type AfterEnd =
  /** Over: another link is needed. */
  | 'over'
  /** A person decides to open it again. */
  | 'ask'
  /** A person decides to take it over. */
  | 'takeOver'
  /** Open it again as soon as the machine runs. */
  | 'wait'
  /** Reconnect without asking, with back-off. */
  | 'reconnect';

export interface ConsoleEndRow {
  /** WebSocket close code (RFC 6455, section 7.4; 4000 and above are ours). */
  readonly code: number;
  /** What the page says. */
  readonly title: string;
  readonly text: string;
  readonly next: AfterEnd;
  /** The reason text says more than the page does: it is shown too. */
  readonly showsReason: boolean;
  /** The texts that go with the close code: at most 123 bytes each, what is longer is cut. */
  readonly reasons: Readonly<Record<string, string | ((...details: string[]) => string)>>;
}

/** Why a console ended or did not open. The gateway takes its codes and reasons from here, the page its sentences. */
export const CONSOLE_ENDS = {
  expired: {
    code: 4001,
    title: 'Your access to this console has expired',
    text: 'Ask the person who sent you the link for a new one. If you signed in, sign in again.',
    next: 'over',
    showsReason: true,
    reasons: { link: 'The link has expired.', signIn: 'Your sign-in has ended.' },
  },
  revoked: {
    code: 4002,
    title: 'This link was revoked',
    text: 'The person who sent it, or an administrator, revoked it. Ask them for a new one.',
    next: 'over',
    showsReason: false,
    reasons: {
      revoked: 'The link was revoked.',
      refused: 'The link is no longer valid.',
      signedAgain: 'The key of the link is no longer valid.',
    },
  },
  ended: {
    code: 4003,
    title: 'An administrator closed this console',
    text: 'You can open it again.',
    next: 'ask',
    showsReason: false,
    reasons: { deleted: 'An administrator closed this console.' },
  },
  vmStopped: {
    code: 4004,
    title: 'The virtual machine stopped',
    text: 'The console reopens when the machine is running.',
    next: 'wait',
    showsReason: true,
    reasons: {
      missing: (vm: string) => `${vm} does not exist.`,
      replaced: (vm: string) => `${vm} was deleted and created again.`,
      gone: 'The virtual machine of this link was deleted.',
      starting: (vm: string) => `${vm} is starting.`,
      stopping: (vm: string) => `${vm} is stopping.`,
      stopped: (vm: string, status?: string) => `${vm} is not running${status === undefined ? '' : ` (${status})`}.`,
      refused: (vm: string, why: string) => `The console of ${vm} cannot be opened: ${why}`,
    },
  },
  takenOver: {
    code: 4005,
    title: 'This console was taken over',
    text: 'A console can be open in only one place at a time.',
    next: 'takeOver',
    showsReason: true,
    reasons: {
      someoneElse: 'Someone else took over this console.',
      ownTab: 'You opened this console in another tab.',
    },
  },
  inUse: {
    code: 4006,
    title: 'This console is in use',
    text: 'A console can be open in only one place at a time.',
    next: 'takeOver',
    showsReason: true,
    reasons: {
      held: (vm: string, who: string) => `${who} is using the console of ${vm}.`,
      ownTab: 'You have this console open in another tab.',
    },
  },
  idle: {
    code: 4007,
    title: 'This console was closed due to inactivity',
    text: 'Nothing was typed for a while. You can open the console again.',
    next: 'ask',
    showsReason: false,
    reasons: { idle: 'Nothing was typed for a while.' },
  },
  issuerLostAccess: {
    code: 4008,
    title: 'The person who issued this link no longer has access',
    text: 'This link works again if they get their access back. Otherwise, ask someone who has access for a new link.',
    next: 'over',
    showsReason: false,
    reasons: { lost: 'The person who issued this link no longer has access.' },
  },
  notAllowed: {
    code: 1008,
    title: 'This console was closed because something was not allowed',
    text: 'The details below say what it was. You can open the console again.',
    next: 'ask',
    showsReason: true,
    reasons: {
      notUtf8: 'The client sent text that is not valid UTF-8.',
      viewOnly: 'The client sent a message that a view-only link does not allow.',
      cluster: (vm: string) => `The cluster does not allow access to the console of ${vm}.`,
    },
  },
  protocolError: {
    code: 1002,
    title: 'This console was closed due to a protocol error',
    text: 'The browser, or a proxy between it and the gateway, sent invalid data. You can open the console again.',
    next: 'ask',
    showsReason: true,
    reasons: { malformed: 'The client sent data that is not a valid WebSocket message.' },
  },
  tooLarge: {
    code: 1009,
    title: 'This console was closed because a message was too large',
    text: 'Open it again, and paste long text in smaller parts.',
    next: 'ask',
    showsReason: true,
    reasons: { message: 'The client sent a message of more than 1 MiB.' },
  },
  upstreamFailed: {
    code: 1011,
    title: 'The connection to the virtual machine failed',
    text: 'The gateway could not reach its console.',
    next: 'reconnect',
    showsReason: true,
    reasons: {
      lost: 'The connection to the virtual machine was lost.',
      silent: 'The connection to the virtual machine stopped responding.',
      malformed: 'The virtual machine sent data that is not a valid WebSocket message.',
      /** KubeVirt names the missing device itself. */
      noDevice: (message: string) => message,
      refused: (vm: string, why: string) => `The console of ${vm} cannot be opened: ${why}`,
      signedOut: 'The cluster does not accept the credentials of this console.',
      failed: 'The cluster could not open the console.',
      recordRefused: (code: string, reason: string) => `The cluster refused the gateway's request (${code} ${reason}).`,
      internal: 'Internal gateway error. The log of the gateway has details.',
    },
  },
  overloaded: {
    code: 1013,
    title: 'The gateway is busy',
    text: 'It cannot serve this console right now.',
    next: 'reconnect',
    showsReason: true,
    reasons: {
      late: 'The cluster did not respond in time. Try again later.',
      full: 'The gateway has reached its limit of open consoles. Try again later.',
      outOfTouch: 'The gateway has lost contact with the cluster. Try again later.',
    },
  },
  goingAway: {
    code: 1001,
    title: 'The gateway is restarting',
    text: 'This takes a moment.',
    next: 'reconnect',
    showsReason: false,
    reasons: { closing: 'The gateway is shutting down. Connect again.' },
  },
} as const satisfies Record<string, ConsoleEndRow>;

/** @returns the row of a close code; undefined for one that the gateway does not choose, such as 1006 */
export function consoleEndOf(code: number): ConsoleEndRow | undefined {
  return Object.values(CONSOLE_ENDS).find((row) => row.code === code);
}
