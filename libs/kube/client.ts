import { type Dispatcher } from 'undici';
import { GarbageError, NetworkError, toKubeError } from './errors.js';
import { apiVersion, pathOf } from './resources.js';
import { type DeleteOptions, type KubeList, type KubeObject, type ListOptions, type PatchType } from './types.js';
import { type ResourceType } from './types.js';
import { type Upstream } from './upstream.js';

/** A bearer token, asked for before each request. */
export type Credential = () => string | undefined | Promise<string | undefined>;

export type Query = Record<string, string | number | boolean | undefined>;

export interface RequestOptions {
  /** Sent as JSON. */
  body?: unknown;
  headers?: Record<string, string>;
  query?: Query;
  signal?: AbortSignal;
  /** The answer lasts (watch, followed log): it must not occupy the connections of short requests. */
  long?: boolean;
}

export interface ApplyOptions {
  fieldManager: string;
  force?: boolean;
  subresource?: string;
}

const PATCH_TYPES: Record<PatchType, string> = {
  json: 'application/json-patch+json',
  merge: 'application/merge-patch+json',
  strategic: 'application/strategic-merge-patch+json',
  apply: 'application/apply-patch+yaml',
};

/**
 * What client-go and kubectl send. KubeVirt's virt-api answers 406 to `application/json` alone on its routes without a
 * declared representation: actions (`start`, `pause`) and `vnc/screenshot`.
 */
const ACCEPT = 'application/json, */*';

/** Faults of a connection that was kept open and closed by the server in the same moment: worth one more try. */
const STALE = new Set(['UND_ERR_SOCKET', 'ECONNRESET', 'EPIPE']);

/**
 * Requests to one API server. Every method throws KubeError on a non-2xx answer, NetworkError when none came and
 * GarbageError when a 2xx answer is no JSON.
 */
export class KubeClient {
  readonly #credential: Credential;
  readonly #dispatchers: { readonly dispatcher: Dispatcher; readonly watchDispatcher: Dispatcher };

  /** @param credential default: the upstream's own, token or client certificate. With one, nothing of it is shown. */
  constructor(
    readonly upstream: Upstream,
    credential?: Credential,
  ) {
    this.#credential = credential ?? (() => upstream.credential());
    this.#dispatchers = credential ? upstream : upstream.own;
  }

  get<T extends KubeObject>(type: ResourceType, name: string, namespace?: string): Promise<T> {
    return this.#json('GET', pathOf(type, needs(type, namespace), name));
  }

  /** @param namespace default: all of them */
  list<T extends KubeObject>(
    type: ResourceType,
    namespace?: string,
    options: ListOptions = {},
    signal?: AbortSignal,
  ): Promise<KubeList<T>> {
    return this.#json('GET', pathOf(type, namespace), { query: { ...options }, ...(signal ? { signal } : {}) });
  }

  create<T extends KubeObject>(type: ResourceType, obj: T, namespace = obj.metadata.namespace): Promise<T> {
    return this.#json('POST', pathOf(type, needs(type, namespace)), { body: typed(type, obj) });
  }

  /** Fails with 409 when obj.metadata.resourceVersion is set and no longer the newest. */
  replace<T extends KubeObject>(type: ResourceType, obj: T, opts: { subresource?: string } = {}): Promise<T> {
    const { name = '', namespace } = obj.metadata;
    const path = pathOf(type, needs(type, namespace), name, opts.subresource);
    return this.#json('PUT', path, { body: typed(type, obj) });
  }

  patch<T extends KubeObject>(
    type: ResourceType,
    name: string,
    namespace: string | undefined,
    body: unknown,
    kind: PatchType,
    opts: { subresource?: string; fieldManager?: string; force?: boolean } = {},
  ): Promise<T> {
    return this.#json('PATCH', pathOf(type, needs(type, namespace), name, opts.subresource), {
      body,
      headers: { 'content-type': PATCH_TYPES[kind] },
      query: { fieldManager: opts.fieldManager, force: opts.force },
    });
  }

  /** Server-side apply: obj holds exactly the fields that this manager wants to own. */
  apply<T extends KubeObject>(type: ResourceType, obj: T, opts: ApplyOptions): Promise<T> {
    const { name = '', namespace } = obj.metadata;
    return this.patch<T>(type, name, namespace, typed(type, obj), 'apply', opts);
  }

  async delete(type: ResourceType, name: string, namespace?: string, options: DeleteOptions = {}): Promise<void> {
    const { uid, resourceVersion, ...rest } = options;
    const preconditions = { ...(uid ? { uid } : {}), ...(resourceVersion ? { resourceVersion } : {}) };
    const body = {
      kind: 'DeleteOptions',
      apiVersion: 'v1',
      ...rest,
      ...(uid || resourceVersion ? { preconditions } : {}),
    };
    await this.#json('DELETE', pathOf(type, needs(type, namespace), name), { body });
  }

  /** POST to a subresource: `token` of a service account, `eviction` of a pod. */
  createSubresource<R>(
    type: ResourceType,
    name: string,
    namespace: string | undefined,
    subresource: string,
    body: unknown,
  ): Promise<R> {
    return this.#json('POST', pathOf(type, needs(type, namespace), name, subresource), { body });
  }

  /** One request; the caller reads the body (or dumps it: an unread one keeps its connection). */
  async request(method: string, path: string, opts: RequestOptions = {}): Promise<Dispatcher.ResponseData> {
    const response = await this.#send(method, path, opts);
    if (response.statusCode >= 200 && response.statusCode < 300) return response;
    const text = await response.body.text().catch(() => '');
    const retryAfter = response.headers['retry-after'];
    throw toKubeError(response.statusCode, text, Array.isArray(retryAfter) ? retryAfter[0] : retryAfter);
  }

  async #json<R>(method: string, path: string, opts: RequestOptions = {}): Promise<R> {
    const response = await this.request(method, path, opts);
    const text = await response.body.text().catch((error: unknown) => {
      throw networkError(method, path, error);
    });
    try {
      return JSON.parse(text || '{}') as R;
    } catch {
      throw new GarbageError(`${method} ${path}: the answer is no JSON`);
    }
  }

  async #send(method: string, path: string, opts: RequestOptions): Promise<Dispatcher.ResponseData> {
    const token = await this.#credential();
    const { dispatcher, watchDispatcher } = this.#dispatchers;
    const { server } = this.upstream;
    const options: Dispatcher.RequestOptions = {
      origin: server.origin,
      path: server.pathname.replace(/\/$/, '') + path + queryString(opts.query),
      method: method,
      headers: {
        accept: ACCEPT,
        'user-agent': 'kube-gateway',
        ...(opts.body === undefined ? {} : { 'content-type': 'application/json' }),
        ...opts.headers,
        ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      },
      body: opts.body === undefined ? null : JSON.stringify(opts.body),
      signal: opts.signal ?? null,
    };
    for (let last = method !== 'GET'; ; last = true) {
      try {
        return await (opts.long ? watchDispatcher : dispatcher).request(options);
      } catch (error) {
        const fault = networkError(method, path, error);
        if (last || opts.signal?.aborted || !STALE.has(fault.code ?? '')) throw fault;
      }
    }
  }
}

/** The program's own account: reconcilers, grants, sessions. */
export class OwnClient extends KubeClient {
  readonly account = 'own';
}

/** Made per request from a user's credential. Shows the API server that credential and nothing else, if need be none. */
export class UserClient extends KubeClient {
  readonly account = 'user';

  constructor(upstream: Upstream, credential: Credential) {
    super(upstream, credential);
  }
}

function networkError(method: string, path: string, error: unknown): NetworkError {
  const why = error instanceof Error ? error.message || error.name : String(error);
  return new NetworkError(`${method} ${path}: no answer from the API server: ${why}`, error);
}

function needs(type: ResourceType, namespace: string | undefined): string | undefined {
  if (!type.namespaced) return undefined;
  if (namespace === undefined) throw new TypeError(`${type.resource}: this request needs a namespace`);
  return namespace;
}

function typed<T extends KubeObject>(type: ResourceType, obj: T): T {
  return { ...obj, apiVersion: obj.apiVersion ?? apiVersion(type), kind: obj.kind ?? type.kind };
}

function queryString(query: Query | undefined): string {
  const params = new URLSearchParams();
  for (const [name, value] of Object.entries(query ?? {})) if (value !== undefined) params.set(name, String(value));
  const text = params.toString();
  return text ? `?${text}` : '';
}
