import { ApiError } from '../api/client.js';
import { type ConsoleKind } from '#libs/api';
import { type ConsoleAccess, type Obstacle, obstacle, PASSING } from './access.js';
import { type Closing, backOff, closing } from './closing.js';

/** What a person chose on this page; it applies the next time the console opens. */
export interface Ask {
  takeOver: boolean;
  paused: boolean;
}

/** The life of one console on a page. `seq` numbers the attempts: each has a socket of its own. */
export type State = {
  seq: number;
  attempt: number;
  ask: Ask;
  access?: ConsoleAccess;
  /** The other identity of this browser, where it opens the console too. */
  other: ConsoleAccess | undefined;
} & (
  | { name: 'checking' }
  | { name: 'connecting' }
  | { name: 'connected'; since: number }
  /** `settling` counts the checks made while "busy" may still be this page's previous socket; 0: it is not. */
  | { name: 'blocked'; why: Obstacle; settling: number }
  /** `passing`: the gateway or the cluster could not be reached; the page asks again. */
  | { name: 'refused'; error: Error; passing: boolean }
  | { name: 'reconnecting'; closing: Closing; at: number }
  | { name: 'ended'; closing: Closing }
);

/** `jitter` is in [0, 1); `now` in milliseconds since the epoch. */
export type Action =
  | { type: 'checked'; access: ConsoleAccess; other: ConsoleAccess | undefined; now: number }
  | {
      type: 'checkFailed';
      error: Error;
      other: ConsoleAccess | undefined;
      passing: boolean;
      now: number;
      jitter: number;
    }
  | { type: 'opened'; now: number }
  | { type: 'closed'; seq: number; code: number; reason: string; now: number; jitter: number }
  | { type: 'open'; ask?: Partial<Ask> }
  | { type: 'hangUp' };

const NOTHING: Ask = { takeOver: false, paused: false };
/** A connection that lived this long was a good one: the next loss starts with a short wait again. */
const GOOD_MS = 5_000;
/** How often a busy console is checked again before the page says that it is busy. */
const SETTLE_CHECKS = 4;

export const begin: State = { name: 'checking', seq: 0, attempt: 0, ask: NOTHING, other: undefined };

/** Pure; timers, sockets and questions belong to the hook that runs it. */
export function step(kind: ConsoleKind): (state: State, action: Action) => State {
  return (state, action) => {
    switch (action.type) {
      case 'checked':
        return checked(state, kind, action);
      case 'checkFailed':
        return checkFailed(state, action);
      case 'opened':
        return state.name === 'connecting' ? { ...bare(state), name: 'connected', since: action.now } : state;
      case 'closed':
        return closed(state, action);
      case 'open':
        return { ...bare(state), name: 'checking', seq: state.seq + 1, ask: { ...NOTHING, ...action.ask } };
      case 'hangUp':
        return { ...bare(state), name: 'ended', closing: hungUp };
    }
  };
}

const hungUp: Closing = {
  code: 1000,
  title: 'Disconnected',
  text: 'You disconnected from this console.',
  next: 'ask',
};

function bare({ seq, attempt, ask, access, other }: State) {
  return { seq, attempt, ask, ...(access && { access }), other };
}

function checked(state: State, kind: ConsoleKind, { access, other, now }: Extract<Action, { type: 'checked' }>): State {
  const waiting = state.name === 'blocked' || waits(state);
  // A late answer does not change the identity of an open console.
  if (state.name !== 'checking' && !waiting) return state;
  const why = obstacle(access, kind, now, state.ask);
  if (why === undefined) return { ...bare(state), access, other, name: 'connecting', seq: state.seq + 1 };
  // The words of the close code say more than an obstacle that will pass.
  if (state.name === 'ended' && PASSING.includes(why)) return { ...state, access, other };
  return { ...bare(state), access, other, name: 'blocked', why, settling: why === 'busy' ? settle(state) : 0 };
}

/** For a moment after a reload or a lost connection, our own previous socket may look like another viewer. */
function settle(state: State): number {
  if (state.name === 'checking') return state.seq === 0 || state.attempt > 0 ? 1 : 0;
  const before = state.name === 'blocked' ? state.settling : 0;
  return before > 0 && before < SETTLE_CHECKS ? before + 1 : 0;
}

function checkFailed(
  state: State,
  { error, other, passing, now, jitter }: Extract<Action, { type: 'checkFailed' }>,
): State {
  if (state.name === 'checking' && passing && state.attempt > 0) {
    return lost(state, closing(1006), now, jitter);
  }
  return state.name === 'checking' || state.name === 'refused' || (state.name === 'blocked' && !passing)
    ? { ...bare(state), other, name: 'refused', error, passing }
    : state;
}

function closed(state: State, action: Extract<Action, { type: 'closed' }>): State {
  if (action.seq !== state.seq || !isLive(state)) return state;
  const good = state.name === 'connected' && action.now - state.since >= GOOD_MS;
  const why = closing(action.code, action.reason);
  const fresh = { ...state, attempt: good ? 0 : state.attempt };
  if (why.next === 'reconnect') return lost(fresh, why, action.now, action.jitter);
  return { ...bare(fresh), ask: NOTHING, name: 'ended', closing: why };
}

function lost(state: State, why: Closing, now: number, jitter: number): State {
  const until = state.access?.until;
  if (until !== undefined && until <= now) return { ...bare(state), name: 'ended', closing: closing(4001) };
  const wait = backOff(state.attempt, jitter);
  if (wait === undefined) return { ...bare(state), attempt: 0, name: 'ended', closing: { ...why, next: 'ask' } };
  const ask = { ...state.ask, takeOver: false };
  return { ...bare(state), ask, attempt: state.attempt + 1, name: 'reconnecting', closing: why, at: now + wait };
}

/** Whether there is a connection, or one is being made. */
export function isLive({ name }: State): boolean {
  return name === 'connecting' || name === 'connected';
}

/** Whether nothing on this page can open the console again: its time is over, or the visitor has neither link nor sign-in. */
export function isOver(state: State): boolean {
  if (state.name === 'ended') return state.closing.next === 'over';
  if (state.name === 'blocked') return state.why === 'expired' || state.why === 'gone';
  return state.name === 'refused' && state.error instanceof ApiError && state.error.unauthorized;
}

/** Whether the page keeps asking if the console can open now. */
export function waits(state: State): boolean {
  if (state.name === 'ended') return state.closing.next === 'wait';
  if (state.name === 'refused') return state.passing;
  return state.name === 'blocked' && PASSING.includes(state.why);
}
