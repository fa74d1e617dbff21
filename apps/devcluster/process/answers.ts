import { existsSync, readFileSync } from 'node:fs';
import { get } from 'node:https';

const TIMEOUT_MS = 2000;

/** PEM texts; without an authority the server's certificate is not checked. */
export interface ProbeTls {
  ca?: string | Buffer;
  cert?: string | Buffer;
  key?: string | Buffer;
}

/** Whether a GET of an https address is answered by 200 within two seconds, over a connection of its own. */
export function answers(url: string, tls: ProbeTls): Promise<boolean> {
  const options = { ...tls, rejectUnauthorized: tls.ca !== undefined, agent: false, timeout: TIMEOUT_MS };
  return new Promise((resolve) => {
    const request = get(url, options, (response) => {
      response.resume();
      resolve(response.statusCode === 200);
    });
    request.once('timeout', () => request.destroy());
    request.once('error', () => resolve(false));
  });
}

/** Whether an API server says on /readyz that it is ready. It makes the certificate of its authority itself, at its first start. */
export async function isReady(url: string, caFile: string): Promise<boolean> {
  return existsSync(caFile) && answers(`${url}/readyz`, { ca: readFileSync(caFile) });
}
