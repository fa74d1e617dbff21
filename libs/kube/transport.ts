import { type PromiseHttpLibrary, type RequestContext } from '@kubernetes/client-node';
import { type Dispatcher } from 'undici';
import { ResponseContext } from '#client-node';
import { isStale, NetworkError, toKubeError } from './errors.js';
import { type Connections } from './upstream.js';

/**
 * HTTP for the API classes of @kubernetes/client-node over the kept connections of an Upstream. The package's own opens
 * a socket for each request, gives watches and short requests the same ones, and never tries again.
 */
export class Transport implements PromiseHttpLibrary {
  /** @param renew called after a 401; true: the request has a new credential and is worth another try */
  constructor(
    private readonly connections: Connections,
    private readonly renew: (context: RequestContext) => Promise<boolean> = () => Promise.resolve(false),
  ) {}

  /** @throws as open does */
  async send(context: RequestContext): Promise<ResponseContext> {
    const { statusCode, headers, body } = await this.open(context);
    const fault = (error: unknown): never => {
      throw networkError(context, error);
    };
    return new ResponseContext(statusCode, plain(headers), {
      text: () => body.text().catch(fault),
      binary: async () => Buffer.from(await body.bytes().catch(fault)),
      stream: () => null,
    });
  }

  /**
   * One request; the caller reads the body (or dumps it: an unread one keeps its connection).
   * @param use `long`: the answer lasts (watch, followed log) and must not occupy the connections of short requests
   * @throws KubeError on an answer that is not 2xx, NetworkError when none came
   */
  async open(context: RequestContext, use: keyof Connections = 'short'): Promise<Dispatcher.ResponseData> {
    let response = await this.#ask(context, use);
    if (response.statusCode === 401 && (await this.renew(context))) {
      await response.body.dump();
      response = await this.#ask(context, use);
    }
    if (response.statusCode >= 200 && response.statusCode < 300) return response;
    const text = await response.body.text().catch(() => '');
    throw toKubeError(response.statusCode, text, plain(response.headers)['retry-after']);
  }

  async #ask(context: RequestContext, use: keyof Connections): Promise<Dispatcher.ResponseData> {
    const { origin, pathname, search } = new URL(context.getUrl());
    const [method, signal, body] = [context.getHttpMethod(), context.getSignal() ?? null, context.getBody()];
    // Compressing would hold back the events of a watch.
    const headers = { 'user-agent': 'kube-gateway', 'accept-encoding': 'identity', ...context.getHeaders() };
    const path = pathname + search;
    const request = { origin, path, method, headers, body: typeof body === 'string' ? body : null, signal };
    // By default a DELETE with a body costs its connection: undici mistrusts servers that expect none. This one does.
    const options = method === 'DELETE' ? { ...request, reset: false } : request;
    for (let last = method !== 'GET'; ; last = true) {
      try {
        return await this.connections[use].request(options);
      } catch (error) {
        const fault = networkError(context, error);
        if (last || signal?.aborted || !isStale(error)) throw fault;
      }
    }
  }
}

function plain(headers: Dispatcher.ResponseData['headers']): Record<string, string> {
  const entries = Object.entries(headers).map(([name, value]) => [name, Array.isArray(value) ? value[0] : value]);
  return Object.fromEntries(entries) as Record<string, string>;
}

function networkError(context: RequestContext, error: unknown): NetworkError {
  const why = error instanceof Error ? error.message || error.name : String(error);
  const { pathname } = new URL(context.getUrl());
  return new NetworkError(`${context.getHttpMethod()} ${pathname}: no answer from the API server: ${why}`, error);
}
