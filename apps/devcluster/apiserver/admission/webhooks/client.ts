import { once } from 'node:events';
import { type IncomingMessage } from 'node:http';
import { request, type RequestOptions } from 'node:https';
import { text } from 'node:stream/consumers';

import { resolve } from '../../aggregation/index.js';
import { type ObjectAccess } from '../../types.js';
import { type Hook } from './hook.js';

/**
 * Posts a review to a webhook, each on a connection of its own: so a changed caBundle and an expired certificate are
 * noticed by the next call.
 * @returns the text of the answer
 * @throws Error that says which address did not answer, and why
 */
export async function post(objects: ObjectAccess, hook: Hook, review: unknown): Promise<string> {
  const { service, timeoutSeconds, ca } = hook;
  const url = new URL(service ? serviceUrl(service) : hook.url);
  const signal = AbortSignal.timeout(timeoutSeconds * 1000);
  try {
    const to: RequestOptions = service
      ? { ...resolve(objects, { service }), servername: url.hostname }
      : { host: url.hostname.replace(/^\[|\]$/g, ''), port: url.port || 443 };
    const path = `${url.pathname}?timeout=${timeoutSeconds}s`;
    return await exchange({ ...to, path, signal, agent: false, ...(ca ? { ca } : {}) }, url.host, review);
  } catch (error) {
    const why = signal.aborted ? `no answer within ${timeoutSeconds} s` : (error as Error).message;
    throw new Error(`${url.href}: ${why}`, { cause: error });
  }
}

const serviceUrl = ({ name, namespace, port, path = '' }: NonNullable<Hook['service']>): string =>
  `https://${name}.${namespace}.svc:${port}${path.startsWith('/') ? path : `/${path}`}`;

async function exchange(options: RequestOptions, host: string, review: unknown): Promise<string> {
  const body = JSON.stringify(review);
  const sent = request({
    ...options,
    method: 'POST',
    headers: {
      host,
      accept: 'application/json',
      'content-type': 'application/json',
      'content-length': Buffer.byteLength(body),
      'user-agent': 'kube-apiserver-admission',
    },
  });
  sent.end(body);
  const [answer] = (await once(sent, 'response')) as [IncomingMessage];
  const said = await text(answer);
  if (answer.statusCode === 200) return said;
  throw new Error(`answered ${answer.statusCode}: ${said.trim() || 'without a body'}`);
}
