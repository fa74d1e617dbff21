import { type PathFault, pathFault, PATH_FAULTS } from './canonical-path.js';
import { type ConsoleTarget, consoleTarget } from './kubevirt.js';
import { requestInfo, type RequestInfo } from './request-info.js';

/** Held by nothing at run time: the type alone says that `parseRequest` made the request. */
declare const PARSED: unique symbol;

/** A request to the Kubernetes API, parsed once: grants are matched with it, and it is forwarded byte for byte. */
export interface ApiRequest {
  readonly [PARSED]: true;
  /** Upper case, as Node gives it. */
  readonly method: string;
  /** Canonical, without `/k8s`. */
  readonly path: string;
  /** What follows `?`, or ''. */
  readonly query: string;
  /** It asks to leave HTTP (websocket, SPDY). */
  readonly upgrade: boolean;
  /** What the API server takes it for. */
  readonly info: RequestInfo;
  /** The console that the path names. */
  readonly console: ConsoleTarget | undefined;
}

export type ParsedRequest =
  | { readonly ok: true; readonly request: ApiRequest }
  | { readonly ok: false; readonly reason: PathFault; readonly message: string };

/** @returns path and query as the client wrote them: what is sent upstream */
export function requestTarget({ path, query }: Pick<ApiRequest, 'path' | 'query'>): string {
  return query === '' ? path : `${path}?${query}`;
}

/**
 * The only way to an ApiRequest: its path has one reading, or it is refused. Nothing is rewritten.
 * @param path the API path as the client wrote it, without `/k8s` and query
 */
export function parseRequest(method: string, path: string, query = '', upgrade = false): ParsedRequest {
  const reason = pathFault(path);
  if (reason !== undefined) return { ok: false, reason, message: PATH_FAULTS[reason] };
  const info = requestInfo(method, path, query);
  const request = { method, path, query, upgrade, info, console: consoleTarget(info) };
  return { ok: true, request: request as ApiRequest };
}
