import { type GrantEnd, type GrantEnds } from '../grants/grant-ends.js';
import { type Credential } from './credential.js';

/** setTimeout takes no longer ones. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/**
 * Calls `onEnd` once when the credential that a request came with ends, for what goes on after it: a console, a watch,
 * a followed log, any other upgrade.
 * @returns stops watching
 */
export function onCredentialEnd(
  credential: Credential,
  ends: Pick<GrantEnds, 'watch'>,
  onEnd: (end: GrantEnd) => void,
): () => void {
  if (credential.kind === 'grant') return ends.watch(credential.presented.grant, onEnd);
  const { user } = credential;
  const stop = [
    user.until === undefined ? undefined : at(user.until, () => onEnd('expired')),
    user.onSignOut?.(() => onEnd('expired')),
  ];
  return () => stop.forEach((one) => one?.());
}

/** @param when milliseconds since the epoch */
function at(when: number, act: () => void): () => void {
  let timer: NodeJS.Timeout;
  const arm = (): void => {
    const left = Math.max(0, when - Date.now());
    timer = setTimeout(left > LONGEST_TIMER_MS ? arm : act, Math.min(left, LONGEST_TIMER_MS)).unref();
  };
  arm();
  return () => clearTimeout(timer);
}
