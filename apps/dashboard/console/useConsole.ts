import { type QueryClient, useQueryClient } from '@tanstack/react-query';
import { type Dispatch, useCallback, useEffect, useMemo, useReducer, useRef } from 'react';
import { type ConsoleIdentity } from '#libs/api';
import { ApiError } from '../api/client.js';
import { requireCookies } from '../api/cookies.js';
import { keys } from '../api/query.js';
import { getGrant, getSession, getVm } from '../api/rest.js';
import { accessOfLink, accessOfUser } from './access.js';
import { type ConsoleAddress } from './address.js';
import { askAccess, type Standing } from './ask.js';
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
function useCheck({ namespace, vm, kind, as }: ConsoleAddress, dispatch: Dispatch<Action>): () => void {
  const client = useQueryClient();
  // Who opened the console opens it again: a page does not turn to another identity by itself.
  const identity = useRef(as);
  return useCallback(() => {
    void ask(client, { namespace, vm, kind }, identity.current).then(({ access, other }) => {
      if (!(access instanceof Error)) identity.current = access.as;
      dispatch(
        access instanceof Error
          ? {
              type: 'checkFailed',
              error: access,
              other,
              passing: access instanceof ApiError && (access.code === 0 || access.code >= 500),
              now: Date.now(),
              jitter: Math.random(),
            }
          : { type: 'checked', access, other, now: Date.now() },
      );
    });
  }, [client, namespace, vm, kind, dispatch]);
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

function ask(
  client: QueryClient,
  { namespace, vm, kind }: ConsoleAddress,
  as: ConsoleIdentity | undefined,
): Promise<Standing> {
  const sources = {
    user: async () => {
      const { username } = await getSession();
      return accessOfUser(await getVm(namespace, vm), username);
    },
    link: async () => accessOfLink(await getGrant(namespace, vm, kind)),
  };
  return client.fetchQuery({
    queryKey: keys.access(namespace, vm),
    staleTime: 0,
    retry: false,
    queryFn: () => askAccess(sources, kind, as).then(withCause),
  });
}

/** Where cookies are blocked, a browser holds no link and no sign-in, whatever it opened: then that is what to say. */
async function withCause(standing: Standing): Promise<Standing> {
  const { access } = standing;
  if (!(access instanceof ApiError && access.unauthorized)) return standing;
  return requireCookies().then(
    () => standing,
    (blocked: Error) => ({ ...standing, access: blocked }),
  );
}
