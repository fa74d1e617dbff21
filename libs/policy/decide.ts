import { pathFault } from './canonical-path.js';
import { isConnect } from './connect.js';
import { forbidden } from './forbidden.js';
import { type Grant } from './grant.js';
import { consoleTarget } from './kubevirt.js';
import { requestInfo, type RequestInfo } from './request-info.js';

/** A request as it would be forwarded. */
export interface GateRequest {
  /** Upper case, as Node gives it. */
  readonly method: string;
  /** Canonical, without `/k8s`. */
  readonly path: string;
  /** What follows `?`, or ''. */
  readonly query: string;
  /** It asks to leave HTTP (websocket, SPDY). */
  readonly upgrade: boolean;
}

export type DenyReason =
  'path-malformed' | 'method-not-granted' | 'path-not-granted' | 'never-granted' | 'needs-exact-url' | 'view-only';

export type Verdict =
  { readonly allow: true } | { readonly allow: false; readonly reason: DenyReason; readonly message: string };

/** A check and the answer of those who violate it, made once. */
interface Rule<Violated> {
  readonly answer: Verdict;
  readonly violated: Violated;
}

function rule<Violated>(reason: DenyReason, message: string, violated: Violated): Rule<Violated> {
  return { answer: { allow: false, reason, message }, violated };
}

type OnText = (grant: Grant, request: GateRequest) => boolean;
type OnMeaning = (grant: Grant, request: GateRequest, info: RequestInfo) => boolean;

/** Asked in this order, these first: they need only the text of the request. The first that is violated answers. */
const TEXT_RULES: readonly Rule<OnText>[] = [
  rule('path-malformed', 'The path is not in its canonical form.', (_, { path }) => pathFault(path) !== undefined),
  rule(
    'method-not-granted',
    'This link does not allow this method.',
    ({ methods }, { method }) => !methods.has(method),
  ),
  rule('path-not-granted', 'This link does not allow this path.', ({ paths }, { path }) => !paths.matches(path)),
];

/** Then these, on what the API server takes the request for. */
const MEANING_RULES: readonly Rule<OnMeaning>[] = [
  rule(
    'never-granted',
    'No link gives access to secrets, tokens, roles or links.',
    (_grant, _request, info) => forbidden(info) !== undefined,
  ),
  rule(
    'needs-exact-url',
    'Only a URL without "*" allows exec, attach, portforward, proxy, usbredir or vsock.',
    ({ paths }, { path }, info) => isConnect(info) && !paths.isExact(path),
  ),
  rule(
    'view-only',
    'This link is for viewing only.',
    ({ viewOnly }, request, info) => viewOnly && !isViewing(request, info),
  ),
];

const ALLOW: Verdict = { allow: true };

/** Does the grant's written meaning hold this request? Pure; what no rule lets through is denied. */
export function decide(grant: Grant, request: GateRequest): Verdict {
  for (const { violated, answer } of TEXT_RULES) if (violated(grant, request)) return answer;
  const info = requestInfo(request.method, request.path, request.query);
  for (const { violated, answer } of MEANING_RULES) if (violated(grant, request, info)) return answer;
  return ALLOW;
}

/** Reads, and of the upgrades only watches and the consoles, whose input the gateway drops. */
function isViewing({ method, upgrade }: GateRequest, info: RequestInfo): boolean {
  if (method !== 'GET' && method !== 'HEAD') return false;
  if (isConnect(info)) return false;
  return !upgrade || info.watch || consoleTarget(info) !== undefined;
}
