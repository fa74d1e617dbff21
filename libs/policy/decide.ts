import { type ApiRequest, parseRequest } from './api-request.js';
import { isConnect } from './connect.js';
import { forbidden } from './forbidden.js';
import { type Grant } from './grant.js';

export type DenyReason = 'method-not-granted' | 'path-not-granted' | 'never-granted' | 'needs-exact-url' | 'view-only';

export type Verdict =
  { readonly allow: true } | { readonly allow: false; readonly reason: DenyReason; readonly message: string };

/** A check, and the answer of a grant that violates it, made once. */
interface Rule {
  readonly answer: Verdict;
  readonly violated: (grant: Grant, request: ApiRequest) => boolean;
}

function rule(reason: DenyReason, message: string, violated: Rule['violated']): Rule {
  return { answer: { allow: false, reason, message }, violated };
}

/** Asked in this order; the first that is violated answers. What another link cannot give either comes first. */
const RULES: readonly Rule[] = [
  rule(
    'never-granted',
    'No link can grant access to secrets, tokens, roles or links.',
    (_grant, { info }) => forbidden(info) !== undefined,
  ),
  rule(
    'method-not-granted',
    'This link does not allow this method.',
    // A watch that the path or the query asks for is one by every method: the API server serves it of custom resources.
    ({ methods }, { method, info }) => !methods.has(method) || (info.verb === 'watch' && !methods.has('GET')),
  ),
  rule('path-not-granted', 'This link does not allow this path.', ({ paths }, { path }) => !paths.matches(path)),
  rule(
    'needs-exact-url',
    'Only a URL without "*" can grant exec, attach, portforward, proxy, usbredir or vsock.',
    ({ paths }, { path, info }) => isConnect(info) && !paths.isExact(path),
  ),
  rule('view-only', 'This link is view only.', ({ viewOnly }, request) => viewOnly && !isViewing(request)),
];

const ALLOW: Verdict = { allow: true };

/** Does the grant's written meaning hold this request? Pure; what no rule lets through is denied. */
export function decide(grant: Grant, request: ApiRequest): Verdict {
  for (const { violated, answer } of RULES) if (violated(grant, request)) return answer;
  return ALLOW;
}

/** Does the grant open a websocket at this path? */
export function opens(grant: Grant, path: string): boolean {
  const parsed = parseRequest('GET', path, '', true);
  return parsed.ok && decide(grant, parsed.request).allow;
}

/** Reads, and of the upgrades only watches and the consoles, whose input the gateway drops. */
function isViewing({ method, upgrade, info, console }: ApiRequest): boolean {
  if (method !== 'GET' && method !== 'HEAD') return false;
  if (isConnect(info)) return false;
  return !upgrade || info.watch || console !== undefined;
}
