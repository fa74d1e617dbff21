import { type IncomingMessage, type ServerResponse } from 'node:http';

/** The gateway's own bodies are small: this is long enough for a slow phone. */
const BODY_MS = 20_000;
/** How long to read and discard what the client still sends after an answer. */
const AFTER_MS = 5000;

/** Express middleware: a body that the gateway reads itself comes in time, or the connection is cut. */
export function bodyInTime(ms = BODY_MS) {
  return (req: IncomingMessage, _res: ServerResponse, next: () => void): void => {
    const timer = setTimeout(() => {
      if (!req.complete) req.socket.destroy();
    }, ms).unref();
    req.once('close', () => clearTimeout(timer));
    next();
  };
}

/** A client whose body was not wanted (401, 404) must not hold the connection by sending it forever. */
export function cutUnread(req: IncomingMessage, res: ServerResponse, ms = AFTER_MS): void {
  const { 'content-length': length, 'transfer-encoding': encoding } = req.headers;
  if (length === undefined && encoding === undefined) return;
  res.once('finish', () => {
    if (req.complete) return;
    const { socket } = req;
    const timer = setTimeout(() => {
      if (!req.complete) socket.destroy();
    }, ms).unref();
    socket.once('close', () => clearTimeout(timer));
  });
}
