import { CLOSE } from '#libs/api';

/** What a page does after a console closed. */
export type Next =
  /** Over: another link is needed. */
  | 'over'
  /** A person decides to open it again. */
  | 'ask'
  /** A person decides to take it over. */
  | 'takeOver'
  /** Open again as soon as the machine runs. */
  | 'wait'
  /** Reconnect by itself, with back-off. */
  | 'reconnect';

export interface Closing {
  code: number;
  title: string;
  text: string;
  /** The reason that came with the close code. */
  detail?: string;
  next: Next;
}

const TEXTS: Record<number, Omit<Closing, 'code'>> = {
  [CLOSE.expired]: {
    title: 'Your time on this console is over',
    text: 'Ask the person who sent you the link for a new one, or sign in again if you had signed in.',
    next: 'over',
  },
  [CLOSE.revoked]: {
    title: 'This link was revoked',
    text: 'The person who sent it, or an administrator, took it back. Ask for a new one.',
    next: 'over',
  },
  [CLOSE.ended]: {
    title: 'An administrator ended this console',
    text: 'You can open it again.',
    next: 'ask',
  },
  [CLOSE.vmStopped]: {
    title: 'The virtual machine stopped',
    text: 'The console opens again by itself when the machine runs.',
    next: 'wait',
  },
  [CLOSE.takenOver]: {
    title: 'Somebody else took over this console',
    text: 'One person at a time can be on a console.',
    next: 'takeOver',
  },
  [CLOSE.inUse]: {
    title: 'Somebody else is on this console',
    text: 'One person at a time can be on a console.',
    next: 'takeOver',
  },
  [CLOSE.idle]: {
    title: 'The console was closed because nothing was typed for a while',
    text: 'Open it again when you need it.',
    next: 'ask',
  },
  [CLOSE.upstreamFailed]: {
    title: 'The connection to the virtual machine failed',
    text: 'The gateway could not reach the console of the machine.',
    next: 'reconnect',
  },
  [CLOSE.overloaded]: {
    title: 'The gateway is busy',
    text: 'It cannot serve this console at the moment.',
    next: 'reconnect',
  },
  [CLOSE.goingAway]: { title: 'The gateway restarts', text: 'This takes a moment.', next: 'reconnect' },
  1000: { title: 'The console was closed', text: 'The virtual machine ended the connection.', next: 'ask' },
  1005: { title: 'The console was closed', text: 'The connection ended without a reason.', next: 'reconnect' },
  1006: { title: 'The connection was lost', text: 'Check your network connection.', next: 'reconnect' },
};

const UNKNOWN: Omit<Closing, 'code'> = {
  title: 'The console was closed',
  text: 'The gateway ended the connection.',
  next: 'ask',
};

/** Codes whose reason only repeats what we say ourselves. */
const PLAIN: readonly number[] = [CLOSE.revoked, CLOSE.ended, CLOSE.takenOver, CLOSE.idle, CLOSE.goingAway];

/** What happened and what to do, by the close code of the socket; a reason that says more goes with it. */
export function closing(code: number, reason = ''): Closing {
  const more = reason !== '' && !PLAIN.includes(code);
  return { code, ...(TEXTS[code] ?? UNKNOWN), ...(more && { detail: reason }) };
}

const STEPS_MS = [500, 1_000, 2_000, 4_000, 8_000, 15_000, 30_000, 30_000, 30_000, 30_000];

/** Milliseconds before reconnect attempt n (from 0); undefined: enough, a person decides. `jitter` is in [0, 1). */
export function backOff(attempt: number, jitter: number): number | undefined {
  const wait = STEPS_MS[attempt];
  return wait === undefined ? undefined : Math.round(wait * (0.8 + 0.4 * jitter));
}
