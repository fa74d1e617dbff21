import { request } from 'node:https';
import { text } from 'node:stream/consumers';
import { apiServer, clusterCa } from './accounts.js';

export interface RawRequest {
  path: string;
  /** Bearer token. */
  token: string;
  /** Default: POST. */
  method?: string;
  /** Names and values, one after the other: a name may stand several times. Default: JSON. */
  headers?: string[];
  /** As it is sent: it need not be what a JSON library would write. */
  body: string;
}

/** The status of a request whose connection the server cut, as it may where it does not read all of it. */
export const CUT = 0;

/** A request to the API server as it is written, which no client would send. */
export async function rawRequest({ path, token, method = 'POST', headers, body }: RawRequest) {
  const { hostname, port, host } = new URL(apiServer());
  const fixed = ['host', host, 'authorization', `Bearer ${token}`, 'content-length', `${Buffer.byteLength(body)}`];
  const all = [...fixed, ...(headers ?? ['content-type', 'application/json'])];
  return new Promise<{ status: number; body: string }>((resolve, reject) => {
    const sent = request({ hostname, port, path, method, headers: all, ca: clusterCa(), agent: false }, (answer) => {
      text(answer).then((said) => resolve({ status: answer.statusCode ?? 0, body: said }), reject);
    });
    const failed = (error: NodeJS.ErrnoException): void =>
      ['ECONNRESET', 'EPIPE'].includes(error.code ?? '') ? resolve({ status: CUT, body: '' }) : reject(error);
    sent.once('error', failed).end(body);
  });
}
