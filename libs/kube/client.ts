import {
  type ApiConstructor,
  type ApiType,
  type Configuration,
  type HttpMethod,
  type RequestContext,
} from '@kubernetes/client-node';
import { type Dispatcher } from 'undici';
import { createConfiguration, PatchStrategy, ServerConfiguration, wrapHttpLibrary } from '#client-node';
import { GarbageError } from './errors.js';
import { hasMetadata, METADATA, METADATA_LIST, metadataOf } from './metadata.js';
import { apiVersion, pathOf } from './resources.js';
import { Transport } from './transport.js';
import { type DeleteOptions, type KubeList, type KubeObject, type ListOptions, type PatchType } from './types.js';
import { type ReadOptions, type ResourceType } from './types.js';
import { type Upstream } from './upstream.js';
import { Verbatim, WireApi } from './wire-api.js';

/** A bearer token, asked for before each request. */
export type TokenSource = () => string | undefined | Promise<string | undefined>;

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

const STRATEGY = {
  merge: PatchStrategy.MergePatch,
  apply: PatchStrategy.ServerSideApply,
} satisfies Record<PatchType, PatchStrategy>;

/**
 * Requests to one API server, through @kubernetes/client-node. Every method throws KubeError on a non-2xx answer,
 * NetworkError when none came and GarbageError when a 2xx answer is not JSON, or not a list where one was asked for.
 */
export class KubeClient {
  readonly #configuration: Configuration;
  readonly #transport: Transport;

  /** @param credential default: the upstream's own, token or client certificate. With one, nothing of it is shown. */
  constructor(
    readonly upstream: Upstream,
    credential?: TokenSource,
  ) {
    const { server } = upstream;
    const authentication = bearer(credential ?? (() => upstream.credential()));
    this.#transport = credential
      ? new Transport(upstream.shared)
      : new Transport(upstream.own, async (context) => {
          const token = context.getHeaders()['authorization']?.replace(/^Bearer /, '');
          const renewed = await upstream.refused(token);
          if (renewed) await authentication.applySecurityAuthentication(context);
          return renewed;
        });
    this.#configuration = createConfiguration({
      baseServer: new ServerConfiguration(server.origin + server.pathname.replace(/\/$/, ''), {}),
      httpApi: wrapHttpLibrary(this.#transport),
      authMethods: { default: authentication },
    });
  }

  /**
   * One of the package's API classes, with its models: `client.api(AuthorizationV1Api)`.
   * @param signal ends every request that is made with it
   */
  api<T extends ApiType>(type: ApiConstructor<T>, signal?: AbortSignal): T {
    if (!signal) return new type(this.#configuration);
    const send = (context: RequestContext) => {
      context.setSignal(signal);
      return this.#transport.send(context);
    };
    return new type({ ...this.#configuration, httpApi: wrapHttpLibrary({ send }) });
  }

  async get<T extends KubeObject>(
    type: ResourceType,
    name: string,
    namespace?: string,
    { metadataOnly = false }: ReadOptions = {},
  ): Promise<T> {
    const accept = metadataOnly ? METADATA : undefined;
    const api = this.#at(pathOf(type, needs(type, namespace), name), { accept });
    const found = await wire<T>(api.read({ ...gvk(type), metadata: { name } }));
    return metadataOnly ? metadataOf(found) : found;
  }

  /** @param namespace default: all of them */
  async list<T extends KubeObject>(
    type: ResourceType,
    namespace?: string,
    { fieldSelector, labelSelector, limit, continue: token, metadataOnly = false }: ListOptions = {},
    signal?: AbortSignal,
  ): Promise<KubeList<T>> {
    const api = this.#at(pathOf(type, namespace), { signal, accept: metadataOnly ? METADATA_LIST : undefined });
    const { apiVersion, kind } = gvk(type);
    const [pretty, exact, exported] = [undefined, undefined, undefined];
    const selected = [fieldSelector, labelSelector, limit, token] as const;
    const list = await wire<KubeList<T>>(api.list(apiVersion, kind, namespace, pretty, exact, exported, ...selected));
    const items: unknown = (list as KubeList<T> | null)?.items ?? [];
    if (!Array.isArray(items) || !items.every(hasMetadata))
      throw new GarbageError(`list of ${type.resource}: the answer is not a list`);
    return metadataOnly ? { metadata: list.metadata, items: (list.items ?? []).map(metadataOf) } : list;
  }

  create<T extends KubeObject>(type: ResourceType, obj: T, namespace = obj.metadata.namespace): Promise<T> {
    return wire(this.#at(pathOf(type, needs(type, namespace))).create(new Verbatim({ ...gvk(type), ...obj })));
  }

  /** Fails with 409 when obj.metadata.resourceVersion is set and no longer the newest. */
  replace<T extends KubeObject>(type: ResourceType, obj: T, opts: { subresource?: string } = {}): Promise<T> {
    const { name = '', namespace } = obj.metadata;
    const path = pathOf(type, needs(type, namespace), name, opts.subresource);
    return wire(this.#at(path).replace(new Verbatim({ ...gvk(type), ...obj })));
  }

  patch<T extends KubeObject>(
    type: ResourceType,
    name: string,
    namespace: string | undefined,
    body: unknown,
    kind: PatchType,
    { subresource, fieldManager, force }: { subresource?: string; fieldManager?: string; force?: boolean } = {},
  ): Promise<T> {
    const api = this.#at(pathOf(type, needs(type, namespace), name, subresource));
    return wire(api.patch(new Verbatim(body), undefined, undefined, fieldManager, force, STRATEGY[kind]));
  }

  /** Server-side apply: obj holds exactly the fields that this manager wants to own. */
  apply<T extends KubeObject>(type: ResourceType, obj: T, opts: ApplyOptions): Promise<T> {
    const { name = '', namespace } = obj.metadata;
    return this.patch<T>(type, name, namespace, { ...gvk(type), ...obj }, 'apply', opts);
  }

  async delete(type: ResourceType, name: string, namespace?: string, options: DeleteOptions = {}): Promise<void> {
    const { uid, resourceVersion, ...rest } = options;
    const preconditions = { ...(uid ? { uid } : {}), ...(resourceVersion ? { resourceVersion } : {}) };
    const body = { kind: 'DeleteOptions', apiVersion: 'v1', ...rest, preconditions };
    const api = this.#at(pathOf(type, needs(type, namespace), name));
    await api.delete(gvk(type), undefined, undefined, undefined, undefined, undefined, body);
  }

  /**
   * For what the package has no call for: watches, KubeVirt's subresources, discovery. The caller reads the body (or
   * dumps it: an unread one keeps its connection).
   * @throws TypeError on a path that URL reads otherwise than it is written (dot segments, `\`, `//host`): it could be
   *   another object's, or another server's
   */
  async request(method: string, path: string, opts: RequestOptions = {}): Promise<Dispatcher.ResponseData> {
    if (!isPlain(path)) throw new TypeError(`"${path}" cannot be an API path`);
    const context = this.#configuration.baseServer.makeRequestContext(path, method as HttpMethod);
    // As client-go sends it. virt-api answers 406 to `application/json` alone where a route declares no representation.
    context.setHeaderParam('accept', 'application/json, */*');
    if (opts.body !== undefined) {
      context.setHeaderParam('content-type', 'application/json');
      context.setBody(JSON.stringify(opts.body));
    }
    for (const [name, value] of Object.entries(opts.headers ?? {})) context.setHeaderParam(name, value);
    for (const [name, value] of Object.entries(opts.query ?? {}))
      if (value !== undefined) context.setQueryParam(name, String(value));
    if (opts.signal) context.setSignal(opts.signal);
    await this.#configuration.authMethods.default?.applySecurityAuthentication(context);
    return this.#transport.open(context, opts.long ? 'long' : 'short');
  }

  #at(path: string, options?: ConstructorParameters<typeof WireApi>[2]): WireApi {
    return new WireApi(this.#configuration, path, options);
  }
}

/** The program's own account: reconcilers, grants, sessions. */
export class OwnClient extends KubeClient {
  readonly account = 'own';
}

/** Made per request from a user's credential. Shows the API server that credential and nothing else, if need be none. */
export class UserClient extends KubeClient {
  readonly account = 'user';

  constructor(upstream: Upstream, credential: TokenSource) {
    super(upstream, credential);
  }
}

function bearer(credential: TokenSource): NonNullable<Configuration['authMethods']['default']> {
  return {
    getName: () => 'bearer token',
    applySecurityAuthentication: async (context) => {
      const token = await credential();
      if (token !== undefined) context.setHeaderParam('authorization', `Bearer ${token}`);
    },
  };
}

function isPlain(path: string): boolean {
  if (!URL.canParse(path, 'http://server')) return false;
  const { pathname, search } = new URL(path, 'http://server');
  return pathname + search === path;
}

/** WireApi answers with JSON as it is on the wire, not with the models that its base class declares. */
const wire = <T>(answer: Promise<unknown>): Promise<T> => answer as Promise<T>;

const gvk = (type: ResourceType) => ({ apiVersion: apiVersion(type), kind: type.kind });

function needs(type: ResourceType, namespace: string | undefined): string | undefined {
  if (!type.namespaced) return undefined;
  if (namespace === undefined) throw new TypeError(`${type.resource}: this request needs a namespace`);
  return namespace;
}
