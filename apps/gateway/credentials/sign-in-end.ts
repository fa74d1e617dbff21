import { type Clock, LONGEST_TIMER_MS } from '#libs/ops';
import { type SignedIn } from '../sign-in/signed-in-users.js';

/** Calls `onEnd` when the user's sign-in expires or they sign out. @returns stops watching */
export function onSignInEnd(user: SignedIn, clock: Pick<Clock, 'now'>, onEnd: () => void): () => void {
  const stop = [user.until === undefined ? undefined : at(user.until, clock, onEnd), user.onSignOut?.(onEnd)];
  return () => stop.forEach((one) => one?.());
}

/** @param when milliseconds since the epoch */
function at(when: number, clock: Pick<Clock, 'now'>, act: () => void): () => void {
  let timer: NodeJS.Timeout;
  const arm = (): void => {
    const left = Math.max(0, when - clock.now());
    timer = setTimeout(left > LONGEST_TIMER_MS ? arm : act, Math.min(left, LONGEST_TIMER_MS)).unref();
  };
  arm();
  return () => clearTimeout(timer);
}
