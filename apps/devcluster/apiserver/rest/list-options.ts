import { type Call } from '../context.js';
import { truthy } from '../request-info.js';
import { ApiError, badRequest, cause, invalid } from '../status.js';
import { type Cause } from '../types.js';

/** The query of a list or a watch (metav1.ListOptions), checked as apimachinery's internalversion/validation does. */
export interface ListOptions {
  /** 0: everything. */
  limit: number;
  continue: string;
  /** Empty, or a decimal number. */
  version: string;
  match: '' | 'Exact' | 'NotOlderThan';
  /** Watches only: whether the state comes first. Undefined where nothing is said. */
  initialEvents: boolean | undefined;
  bookmarks: boolean;
  timeoutSeconds: number;
}

const MATCHES = ['Exact', 'NotOlderThan'];

/** @throws ApiError 400, 422 */
export function listOptions({ query }: Call, watching: boolean): ListOptions {
  const initial = query.get('sendInitialEvents');
  const options = {
    limit: integer(query.get('limit')),
    continue: query.get('continue') ?? '',
    version: query.get('resourceVersion') ?? '',
    match: query.get('resourceVersionMatch') ?? '',
    initialEvents: initial === null ? undefined : truthy(initial),
    bookmarks: truthy(query.get('allowWatchBookmarks') ?? 'false'),
    timeoutSeconds: integer(query.get('timeoutSeconds')),
  };
  const causes = watching ? watchFaults(options) : listFaults(options);
  if (causes.length > 0) throw invalid({ group: 'meta.k8s.io', kind: 'ListOptions' }, '', causes);
  return options as ListOptions;
}

function integer(text: string | null): number {
  if (!text) return 0;
  if (!/^[+-]?\d+$/.test(text)) throw badRequest(`strconv.ParseInt: parsing ${JSON.stringify(text)}: invalid syntax`);
  return Number(text);
}

interface Given extends Omit<ListOptions, 'match'> {
  match: string;
}

const MATCH = 'resourceVersionMatch';

function listFaults({ match, version, initialEvents, ...rest }: Given): Cause[] {
  const causes: Cause[] = [];
  const forbidden = (detail: string): unknown => causes.push(cause.forbidden(MATCH, detail));
  if (match) {
    if (!version) forbidden(`${MATCH} is forbidden unless resourceVersion is provided`);
    if (rest.continue) forbidden(`${MATCH} is forbidden when continue is provided`);
    if (!MATCHES.includes(match)) causes.push(cause.unsupported(MATCH, match, [...MATCHES, '']));
    if (match === 'Exact' && version === '0') {
      forbidden(`${MATCH} "exact" is forbidden for resourceVersion "0"`);
    }
  }
  if (initialEvents !== undefined) {
    causes.push(cause.forbidden('sendInitialEvents', 'sendInitialEvents is forbidden for list'));
  }
  return causes;
}

function watchFaults({ match, initialEvents, ...rest }: Given): Cause[] {
  const causes: Cause[] = [];
  const forbidden = (detail: string): unknown => causes.push(cause.forbidden(MATCH, detail));
  if (initialEvents !== undefined && match !== 'NotOlderThan') {
    forbidden(`sendInitialEvents requires setting ${MATCH} to NotOlderThan`);
  }
  if (match) {
    if (initialEvents === undefined) forbidden(`${MATCH} is forbidden for watch unless sendInitialEvents is provided`);
    if (match !== 'NotOlderThan') causes.push(cause.unsupported(MATCH, match, ['NotOlderThan']));
    if (rest.continue) forbidden(`${MATCH} is forbidden when continue is provided`);
  }
  return causes;
}

/** What Go says of a version that is no number; undefined where it is one. */
export function versionFault(version: string): string | undefined {
  if (version === '' || /^\d+$/.test(version)) return undefined;
  const shown = JSON.stringify(version);
  return `resourceVersion: Invalid value: ${shown}: strconv.ParseUint: parsing ${shown}: invalid syntax`;
}

/** The 504 of somebody who has seen a state that is still to come. */
export const tooLarge = (version: string, current: number): ApiError =>
  new ApiError(504, 'Timeout', `Too large resource version: ${version}, current: ${current}`, {
    causes: [{ reason: 'ResourceVersionTooLarge', message: 'Too large resource version' }],
    retryAfterSeconds: 1,
  });
