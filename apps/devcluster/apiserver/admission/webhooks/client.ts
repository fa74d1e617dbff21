import { once } from 'node:events';
import { type IncomingMessage } from 'node:http';
import { Agent, request, type RequestOptions } from 'node:https';
import { text } from 'node:stream/consumers';

import { resolve, UnresolvedError } from '../../aggregation/index.js';
import { type ObjectAccess } from '../../types.js';
import { transportFault } from './go-errors.js';
import { type Hook, type ServiceTarget } from './hook.js';

/** A server answered, but not with a review: what client-go says of it. */
const CODES: Record<number, string> = {
  400: 'the server rejected our request for an unknown reason',
  401: 'the server has asked for the client to provide credentials',
  404: 'the server could not find the requested resource',
  405: 'the server does not allow this method on the requested resource',
  409: 'the server reported a conflict',
  413: 'request entity too large',
  429: 'the server has received too many requests and has asked us to try again later',
  503: 'the server is currently unable to handle the request',
  504: 'the server was unable to return a response in the time allotted, but may still be processing the request',
};

/** Posts reviews to webhooks. Connections are kept and shared as long as the trusted certificates are the same. */
export class HookClient {
  readonly #objects: ObjectAccess;
  readonly #agents = new Map<string, Agent>();

  constructor(objects: ObjectAccess) {
    this.#objects = objects;
  }

  /**
   * @returns the answer's JSON
   * @throws Error in the words that stand behind "failed to call webhook: "
   */
  async post(hook: Hook, review: unknown): Promise<unknown> {
    const { service, timeoutSeconds } = hook;
    const url = new URL(service ? serviceUrl(service) : hook.url);
    const path = `${url.pathname}?timeout=${timeoutSeconds}s`;
    const shown = `Post "${url.protocol}//${url.host}${service ? `:${service.port}` : ''}${path}": `;
    const body = JSON.stringify(review);
    try {
      const { code, answer } = await exchange(
        {
          ...this.#target(hook, url),
          path,
          method: 'POST',
          agent: this.#agent(hook.ca ?? ''),
          signal: AbortSignal.timeout(timeoutSeconds * 1000),
          headers: {
            host: url.host,
            accept: 'application/json, */*',
            'content-type': 'application/json',
            'content-length': Buffer.byteLength(body),
            'user-agent': 'kube-apiserver-admission',
          },
        },
        body,
      );
      return read(code, answer);
    } catch (error) {
      if (error instanceof Answered) throw error;
      throw new Error(`${shown}${transportFault(error, url)}`, { cause: error });
    }
  }

  close(): void {
    for (const agent of this.#agents.values()) agent.destroy();
    this.#agents.clear();
  }

  #target({ service }: Hook, url: URL): RequestOptions {
    if (!service) return { host: url.hostname.replace(/^\[|\]$/g, ''), port: url.port || 443 };
    const { host, port } = this.#resolved(service);
    return { host, port, servername: `${service.name}.${service.namespace}.svc` };
  }

  #resolved(service: ServiceTarget): { host: string; port: number } {
    try {
      return resolve(this.#objects, { service });
    } catch (error) {
      if (!(error instanceof UnresolvedError)) throw error;
      throw error.reason === 'ServiceNotFound' ? new Error(`service ${JSON.stringify(service.name)} not found`) : error;
    }
  }

  #agent(ca: string): Agent {
    let agent = this.#agents.get(ca);
    if (!agent) this.#agents.set(ca, (agent = new Agent({ keepAlive: true, ...(ca ? { ca } : {}) })));
    return agent;
  }
}

const serviceUrl = ({ name, namespace, path = '' }: ServiceTarget): string =>
  `https://${name}.${namespace}.svc${path.startsWith('/') ? path : `/${path}`}`;

/** The server was reached; its answer says no. */
class Answered extends Error {}

async function exchange(options: RequestOptions, body: string): Promise<{ code: number; answer: string }> {
  const sent = request(options);
  sent.end(body);
  const [answer] = (await once(sent, 'response')) as [IncomingMessage];
  return { code: answer.statusCode ?? 0, answer: await text(answer) };
}

function read(code: number, answer: string): unknown {
  const json = parsed(answer);
  if (code >= 200 && code < 300) {
    if (json !== undefined) return json;
    throw new Answered(`couldn't get version/kind; json parse error: ${notJson(answer)}`);
  }
  const { kind, message } = (json ?? {}) as { kind?: unknown; message?: unknown };
  if (kind === 'Status' && typeof message === 'string') throw new Answered(message);
  if (code === 403) throw new Answered(answer.trim() || 'forbidden');
  const internal = `an error on the server (${JSON.stringify(answer.trim() || 'unknown')}) has prevented the request from succeeding`;
  const unknown = `the server responded with the status code ${code} but did not return more information`;
  throw new Answered(CODES[code] ?? (code >= 500 ? internal : unknown));
}

function parsed(text: string): unknown {
  try {
    const value = JSON.parse(text) as unknown;
    return typeof value === 'object' && value !== null ? value : undefined;
  } catch {
    return undefined;
  }
}

const notJson = (answer: string): string =>
  answer.trim() === ''
    ? 'unexpected end of JSON input'
    : `invalid character ${JSON.stringify(answer.trim()[0])} looking for beginning of value`;
