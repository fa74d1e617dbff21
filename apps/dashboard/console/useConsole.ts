import { type QueryClient, useQueryClient } from '@tanstack/react-query';
import { type Dispatch, useCallback, useEffect, useMemo, useReducer, useRef } from 'react';
import { ApiError } from '../api/client.js';
import { keys } from '../api/query.js';
import { getGrant, getVm } from '../api/rest.js';
import { type ConsoleAccess, accessOfGuest, accessOfUser } from './access.js';
import { type ConsoleAddress } from './address.js';
import { askAccess } from './ask.js';
import { type Action, type Ask, begin, type State, step, waits } from './machine.js';

const POLL_MS = 3_000;
const SETTLE_MS = 500;

export interface Console {
  state: State;
  /** Opens the console, or opens it again, once access is checked. */
  open: (ask?: Partial<Ask>) => void;
  hangUp: () => void;
  opened: () => void;
  closed: (seq: number, code: number, reason: string) => void;
}

/** Runs one console: checks access, waits, reconnects. The socket itself belongs to the view. */
export function useConsole(address: ConsoleAddress): Console {
  const { kind } = address;
  const [state, dispatch] = useReducer(
    useMemo(() => step(kind), [kind]),
    begin,
  );
  const check = useCheck(address, dispatch);

  const checking = state.name === 'checking';
  useEffect(() => {
    if (checking) check();
  }, [checking, state.seq, check]);

  const settling = state.name === 'blocked' && state.settling > 0;
  useRepeated(check, waits(state) ? (settling ? SETTLE_MS : POLL_MS) : undefined);
  useReopening(state.name === 'reconnecting' ? state.at : undefined, dispatch);

  const actions = useMemo<Omit<Console, 'state'>>(
    () => ({
      open: (wish) => dispatch({ type: 'open', ...(wish && { ask: wish }) }),
      hangUp: () => dispatch({ type: 'hangUp' }),
      opened: () => dispatch({ type: 'opened', now: Date.now() }),
      closed: (seq, code, reason) =>
        dispatch({ type: 'closed', seq, code, reason, now: Date.now(), jitter: Math.random() }),
    }),
    [],
  );
  return { state, ...actions };
}

/** @returns a function that checks access to the console and dispatches the answer */
function useCheck({ namespace, vm }: ConsoleAddress, dispatch: Dispatch<Action>): () => void {
  const client = useQueryClient();
  // Whose access the last check found; a page serves one console as long as it is open.
  const last = useRef<ConsoleAccess['who']>(undefined);
  return useCallback(() => {
    ask(client, namespace, vm, last.current === 'user').then(
      (access) => {
        last.current = access.who;
        dispatch({ type: 'checked', access, now: Date.now() });
      },
      (error: Error) =>
        dispatch({
          type: 'checkFailed',
          error,
          passing: error instanceof ApiError && (error.code === 0 || error.code >= 500),
          now: Date.now(),
          jitter: Math.random(),
        }),
    );
  }, [client, namespace, vm, dispatch]);
}

/** Calls `check` every so many milliseconds; not at all while `everyMs` is undefined. */
function useRepeated(check: () => void, everyMs: number | undefined): void {
  useEffect(() => {
    if (everyMs === undefined) return undefined;
    const timer = setInterval(check, everyMs);
    return () => clearInterval(timer);
  }, [check, everyMs]);
}

/** Opens the console again at an instant, or as soon as the browser is online. */
function useReopening(at: number | undefined, dispatch: Dispatch<Action>): void {
  useEffect(() => {
    if (at === undefined) return undefined;
    const again = () => dispatch({ type: 'open' });
    const timer = setTimeout(again, Math.max(0, at - Date.now()));
    window.addEventListener('online', again);
    return () => {
      clearTimeout(timer);
      window.removeEventListener('online', again);
    };
  }, [at, dispatch]);
}

/** @param userFirst see {@link askAccess} */
function ask(client: QueryClient, namespace: string, vm: string, userFirst: boolean): Promise<ConsoleAccess> {
  const sources = {
    guest: () => getGrant(namespace, vm).then(accessOfGuest),
    user: () => getVm(namespace, vm).then(accessOfUser),
  };
  return client.fetchQuery({
    queryKey: keys.access(namespace, vm),
    staleTime: 0,
    retry: false,
    queryFn: () => askAccess(sources, userFirst),
  });
}
