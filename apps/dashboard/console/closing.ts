import { type AfterEnd, CONSOLE_ENDS, consoleEndOf } from '#libs/api';

export interface Closing {
  code: number;
  title: string;
  text: string;
  /** The reason that came with the close code. */
  detail?: string;
  next: AfterEnd;
}

type Words = Omit<Closing, 'code' | 'detail'> & { showsReason?: boolean };

/** Codes that the gateway does not choose: RFC 6455, section 7.4.1. */
const OTHERS: Partial<Record<number, Words>> = {
  1000: { title: 'The console was closed', text: 'The virtual machine ended the connection.', next: 'ask' },
  1005: { title: 'The console was closed', text: 'The connection ended without a reason.', next: 'reconnect' },
  1006: { title: 'The connection was lost', text: 'Check your network connection.', next: 'reconnect' },
};

/** Has the code of a revoked link, though nobody revoked it. */
const SIGNED_AGAIN: Words = {
  title: 'The key of this link is no longer valid',
  text: 'Ask for a new link.',
  next: 'over',
  showsReason: false,
};

const UNKNOWN: Words = {
  title: 'The console was closed',
  text: 'The gateway ended the connection.',
  next: 'ask',
};

/** What happened and what to do, by the close code of the socket; a reason that says more goes with it. */
export function closing(code: number, reason = ''): Closing {
  const { title, text, next, showsReason = true } = wordsOf(code, reason);
  return { code, title, text, next, ...(showsReason && reason !== '' && { detail: reason }) };
}

function wordsOf(code: number, reason: string): Words {
  const { revoked } = CONSOLE_ENDS;
  if (code === revoked.code && reason === revoked.reasons.signedAgain) return SIGNED_AGAIN;
  return consoleEndOf(code) ?? OTHERS[code] ?? UNKNOWN;
}

const STEPS_MS = [500, 1_000, 2_000, 4_000, 8_000, 15_000, 30_000, 30_000, 30_000, 30_000];

/** Milliseconds before reconnect attempt n (from 0); undefined: enough, a person decides. `jitter` is in [0, 1). */
export function backOff(attempt: number, jitter: number): number | undefined {
  const wait = STEPS_MS[attempt];
  return wait === undefined ? undefined : Math.round(wait * (0.8 + 0.4 * jitter));
}
