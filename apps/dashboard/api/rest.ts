import {
  type CheckResponse,
  type ConsoleKind,
  type CookieCheck,
  type GateTokenView,
  type GateTokenViewList,
  type GrantInfo,
  type IssueRequest,
  type IssueResponse,
  type LinkInfo,
  type NamespaceList,
  type SessionInfo,
  type Vm,
  type VmAction,
  type VmList,
} from '#libs/api';
import { call, callJson } from './client.js';

/** The gateway's endpoints, one function each. All throw ApiError. */
const base = '/api/v1';
const inside = (namespace: string) => `${base}/namespaces/${encodeURIComponent(namespace)}`;
const item = (namespace: string, kind: string, name: string) =>
  `${inside(namespace)}/${kind}/${encodeURIComponent(name)}`;

export const getSession = (signal?: AbortSignal) =>
  callJson<SessionInfo>(`${base}/session`, { ...(signal && { signal }) });
export const signIn = (token: string) =>
  callJson<SessionInfo>('/login', { method: 'POST', body: { token }, reads: true });
export const signOut = () => call(`${base}/session`, { method: 'DELETE' });
/** Sets the cookie of a pasted gate token; answers the address of the page that it leads to. */
export const setGateToken = async (token: string) =>
  (await call('/auth/jwt/set', { method: 'POST', form: { token, 'check-cookies': 'true' } })).url;

export const listNamespaces = () => callJson<NamespaceList>(`${base}/namespaces`);

export const listVms = (namespace: string) => callJson<VmList>(`${inside(namespace)}/vms`);
export const getVm = (namespace: string, name: string) => callJson<Vm>(item(namespace, 'vms', name));
export const actOnVm = (namespace: string, name: string, action: VmAction) =>
  call(`${item(namespace, 'vms', name)}/${action}`, { method: 'PUT' });
/** The browser keeps the picture and asks whether the screen still shows the same: the tag is the same then. */
export const getScreenshot = async (namespace: string, name: string, signal?: AbortSignal) => {
  const response = await call(`${item(namespace, 'vms', name)}/screenshot`, { ...(signal && { signal }) });
  return { tag: response.headers.get('etag'), picture: await response.blob() };
};

export const listGateTokens = (namespace: string) => callJson<GateTokenViewList>(`${inside(namespace)}/gatetokens`);
export const issue = (namespace: string, request: IssueRequest) =>
  callJson<IssueResponse>(`${inside(namespace)}/gatetokens`, { method: 'POST', body: request });
export const check = (namespace: string, request: IssueRequest, signal?: AbortSignal) =>
  callJson<CheckResponse>(`${inside(namespace)}/gatetokens/check`, {
    method: 'POST',
    body: request,
    reads: true,
    ...(signal && { signal }),
  });
export const revoke = (namespace: string, name: string) =>
  callJson<GateTokenView>(`${item(namespace, 'gatetokens', name)}/revoke`, { method: 'POST' });
export const deleteGateToken = (namespace: string, name: string) =>
  call(item(namespace, 'gatetokens', name), { method: 'DELETE' });

export const endGateSession = (namespace: string, name: string) =>
  call(item(namespace, 'gatesessions', name), { method: 'DELETE' });

export const eventsPath = (namespace: string) => `${inside(namespace)}/events`;

export const getGrant = (namespace: string, vm: string, kind: ConsoleKind) =>
  callJson<GrantInfo>(`${base}/grant?${new URLSearchParams({ namespace, vm, kind }).toString()}`);
export const readLink = (code: string) => callJson<LinkInfo>('/l', { method: 'POST', body: { code }, reads: true });
/** A link that this browser has redeemed. @param uid of its GateToken */
export const readHeldLink = (uid: string) => callJson<LinkInfo>(`${base}/grants/${encodeURIComponent(uid)}`);
export const redeemLink = (code: string) =>
  callJson<LinkInfo>('/l', { method: 'POST', body: { code, redeem: true, 'check-cookies': true } });
export const checkCookies = () => callJson<CookieCheck>(`${base}/cookies`);
