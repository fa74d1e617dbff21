import { type ClientRequest, type IncomingMessage } from 'node:http';

/**
 * Ends a request whose answer does not begin. Time runs from the last piece of its body on, and stands still while the
 * client owes the next one. Once there is a head, a watch or an upgraded socket may be silent for as long as it likes.
 * @param body of the client's request, where it can have one
 */
export function boundSilence(request: ClientRequest, silenceMs: number, body?: IncomingMessage): void {
  const timer = setTimeout(() => {
    const clientsTurn = body?.complete === false && request.socket?.connecting === false && !request.writableNeedDrain;
    if (clientsTurn) timer.refresh();
    else request.destroy(new SilenceError(silenceMs));
  }, silenceMs);
  const moved = (): void => void timer.refresh();
  const over = (): void => {
    clearTimeout(timer);
    body?.off('data', moved).off('end', moved);
  };
  body?.on('data', moved).on('end', moved);
  request.once('response', over).once('upgrade', over).once('close', over);
}

/** No answer began in time. */
export class SilenceError extends Error {
  readonly code = 'ETIMEDOUT';

  constructor(silenceMs: number) {
    super(`no answer within ${silenceMs} ms`);
  }
}

/** Whether an error of a forwarded request means that no answer came in time. */
export function isLate(error: Error): boolean {
  return 'code' in error && (error.code === 'ETIMEDOUT' || error.code === 'ESOCKETTIMEDOUT');
}
