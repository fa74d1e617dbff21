import { createServer } from 'node:net';

/** Whether a port of 127.0.0.1 can be listened on now; the error's code otherwise (`EADDRINUSE`, `EACCES`). */
export function probePort(port: number, host = '127.0.0.1'): Promise<{ port: number } | { code: string }> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', (error: NodeJS.ErrnoException) => resolve({ code: error.code ?? 'UNKNOWN' }));
    server.listen(port, host, () => {
      const address = server.address();
      const found = typeof address === 'object' && address ? address.port : port;
      server.close(() => resolve({ port: found }));
    });
  });
}

/** `preferred` when it is free, else any free port of 127.0.0.1. */
export async function freePort(preferred = 0): Promise<number> {
  const result = await probePort(preferred);
  if ('port' in result) return result.port;
  if (preferred === 0) throw new Error(`No free port on 127.0.0.1 (${result.code}).`);
  return freePort();
}
