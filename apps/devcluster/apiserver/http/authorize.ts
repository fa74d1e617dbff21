import { type IncomingMessage } from 'node:http';
import { impersonate } from '../authn/impersonation.js';
import { type Attributes } from '../authz/attributes.js';
import { refused } from '../authz/message.js';
import { requestInfo, type RequestInfo } from '../request-info.js';
import { type UserInfo } from '../types.js';
import { type Parts } from './parts.js';

/** A request that may go on. */
export interface Admitted {
  info: RequestInfo;
  query: URLSearchParams;
  user: UserInfo;
}

/**
 * Who asks, as whom, and whether they may: the same for both doors.
 * @throws ApiError 400 (path), 401, 403
 */
export function authorize({ authenticator, rbac }: Parts, req: IncomingMessage): Admitted {
  const [path = '/', search = ''] = (req.url ?? '/').split(/\?(.*)/s);
  const query = new URLSearchParams(search);
  const info = requestInfo(req.method ?? 'GET', path, query);
  const allow = (wanted: Attributes): void => {
    const { allowed, reason } = rbac.decide(wanted);
    if (!allowed) throw refused(wanted, reason);
  };
  const self = authenticator.authenticate(req);
  const user = impersonate(req.headers, req.rawHeaders, self, allow);
  allow({ ...info, user });
  return { info, query, user };
}
