import { type Call } from '../context.js';
import { truthy } from '../request-info.js';
import { ApiError, badRequest } from '../status.js';

/**
 * The query of a list or a watch (metav1.ListOptions), as far as it is minded. A list is always answered whole and as
 * things are: the API allows that whatever `limit` and `resourceVersionMatch` say.
 */
export interface ListOptions {
  /** The revision that the client has seen; undefined where it names none. */
  version: number | undefined;
  /** Watches only: whether the state comes first. Undefined where nothing is said. */
  initialEvents: boolean | undefined;
  bookmarks: boolean;
  timeoutSeconds: number;
}

/** @throws ApiError 400 for a limit or version that is not a number, 504 for a version that is still to come */
export function listOptions({ query }: Call, current: number): ListOptions {
  const initial = query.get('sendInitialEvents');
  const version = query.get('resourceVersion');
  const options = {
    version: version ? whole('resourceVersion', version) : undefined,
    initialEvents: initial === null ? undefined : truthy(initial),
    bookmarks: truthy(query.get('allowWatchBookmarks') ?? 'false'),
    timeoutSeconds: whole('timeoutSeconds', query.get('timeoutSeconds') || '0'),
  };
  if (options.version !== undefined && options.version > current) throw tooLarge(options.version, current);
  return options;
}

/** A number from a query or a body. @throws ApiError 400 */
export function whole(name: string, value: unknown): number {
  const number = Number(value);
  if (Number.isInteger(number) && number >= 0) return number;
  throw badRequest(`${name} must be a whole number, got ${JSON.stringify(value)}`);
}

/** The client has seen a state that is still to come: its server was another one. */
const tooLarge = (version: number, current: number): ApiError =>
  new ApiError(504, 'Timeout', `Too large resource version: ${version}, current: ${current}`, {
    causes: [{ reason: 'ResourceVersionTooLarge', message: 'Too large resource version' }],
    retryAfterSeconds: 1,
  });
