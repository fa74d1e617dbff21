import { type IncomingMessage, type ServerResponse } from 'node:http';
import { ApiError, failure, type StatusBody } from '../status.js';

export function sendObject(res: ServerResponse, code: number, value: unknown): void {
  send(res, code, `${JSON.stringify(value)}\n`, 'application/json');
}

export function sendText(res: ServerResponse, code: number, text: string): void {
  send(res, code, text, 'text/plain; charset=utf-8');
}

export function send(res: ServerResponse, code: number, body: string | Buffer, type: string): void {
  if (res.headersSent) return void res.end();
  res.writeHead(code, {
    'Content-Type': type,
    'Content-Length': Buffer.byteLength(body),
    'Cache-Control': 'no-cache, private',
    'X-Content-Type-Options': 'nosniff',
  });
  res.end(body);
}

/** Any error as the Status that the client gets; one that is not an ApiError goes to `report`, and the client learns no details. */
export function statusFor(error: unknown, report: (error: unknown) => void): StatusBody {
  if (error instanceof ApiError) return error.body;
  report(error);
  return failure(500, 'InternalError', 'Internal error occurred: see the log of the API server', {
    causes: [{ message: error instanceof Error ? error.name : 'unknown error' }],
  });
}

const LIMIT = 3 * 1024 * 1024;

/** @throws ApiError 413 beyond 3 MiB */
export async function readBody(req: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of req as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > LIMIT) {
      throw new ApiError(413, 'RequestEntityTooLarge', `Request entity too large: limit is ${LIMIT}`);
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}
