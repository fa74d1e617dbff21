import { type ServerResponse } from 'node:http';

/** The status, nginx's, of a request whose client closed the connection before the end of the answer. */
export const CLIENT_CLOSED = 499;

const cuts = new WeakMap<ServerResponse, number>();

/** Ends an answer before it is complete. @param status what the request counts as: the head may have said 200 */
export function cut(res: ServerResponse, status: number): void {
  if (res.closed || cuts.has(res)) return;
  cuts.set(res, status);
  res.destroy();
}

/** Calls `act` when an answer is closed, at once where it is: the client may leave at any time. */
export function onClosed(res: ServerResponse, act: () => void): void {
  if (res.closed) act();
  else res.once('close', act);
}

/** @returns the status that a request counts as, once its answer is closed: that of the answer only if it is complete */
export function finalStatus(res: ServerResponse): number {
  return res.writableFinished ? res.statusCode : (cuts.get(res) ?? CLIENT_CLOSED);
}
