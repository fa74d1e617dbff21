import { type IncomingMessage } from 'node:http';
import { type BodyShare } from './body-room.js';
import { Busy } from './turns.js';

/** A body that is not read, or not JSON. `code`: the HTTP status. The message quotes nothing of the body. */
export class BodyError extends Error {
  constructor(
    readonly code: 400 | 408 | 413,
    message: string,
  ) {
    super(message);
  }
}

/**
 * The body of a request, read as JSON.
 * @param limit bytes; a body that says that it is longer is not read
 * @param share of the memory for bodies: freed by the caller
 * @throws BodyError; Busy where there is no memory; the reason of the signal
 */
export async function readJson(
  req: IncomingMessage,
  limit: number,
  share: Pick<BodyShare, 'take'>,
  signal: AbortSignal,
): Promise<unknown> {
  const tooLong = new BodyError(413, `The review is longer than ${limit} bytes.`);
  if (!/^application\/json\b/i.test(req.headers['content-type'] ?? '') || req.headers['content-encoding'])
    throw new BodyError(400, 'Expected an AdmissionReview as application/json, not compressed.');
  if (Number(req.headers['content-length'] ?? 0) > limit) throw tooLong;
  const chunks: Buffer[] = [];
  let length = 0;
  const take = (chunk: Buffer, fail: (error: Error) => void) => {
    length += chunk.length;
    if (length > limit) fail(tooLong);
    else if (!share.take(chunk.length)) fail(new Busy('too many bytes of bodies are held'));
    else chunks.push(chunk);
  };
  await received(req, take, signal);
  try {
    return JSON.parse(Buffer.concat(chunks).toString('utf8'));
  } catch {
    throw new BodyError(400, 'The review is not JSON.');
  }
}

/** The stream is not destroyed where the rest of it is not wanted: its socket is to take the answer. */
function received(
  req: IncomingMessage,
  take: (chunk: Buffer, fail: (error: Error) => void) => void,
  signal: AbortSignal,
): Promise<void> {
  return new Promise<void>((resolve, reject) => {
    const done = (error?: Error) => {
      req.off('data', onData).off('end', onEnd).off('error', done);
      signal.removeEventListener('abort', onAbort);
      if (error) reject(error);
      else resolve();
    };
    const onData = (chunk: Buffer) => take(chunk, done);
    const onEnd = () => done();
    const onAbort = () => done(signal.reason as Error);
    req.on('data', onData).on('end', onEnd).on('error', done);
    if (signal.aborted) onAbort();
    else signal.addEventListener('abort', onAbort, { once: true });
  });
}
