import { type IssueRequest, type IssueResponse, type Status } from '#libs/api';
import { tokenOf } from './accounts.js';
import { cluster } from './cluster.js';
import { note } from './notes.js';

/** A request to the gateway that follows no redirect. */
export async function gateway(path: string, init: RequestInit = {}): Promise<Response> {
  return fetch(`${cluster().url}${path}`, { redirect: 'manual', ...init });
}

export function bearer(context: 'admin' | 'dev' | 'viewer'): Record<string, string> {
  return { authorization: `Bearer ${tokenOf(context)}` };
}

export const json = { 'content-type': 'application/json' };

/** Issues a grant over REST. @param options.as default: `dev` @throws Error with the message of the answer's Status */
export async function issue(
  request: IssueRequest,
  options: { token?: boolean; as?: 'admin' | 'dev' } = {},
): Promise<IssueResponse> {
  const path = `/api/v1/namespaces/${cluster().namespace}/gatetokens${options.token === true ? '?token=true' : ''}`;
  const response = await gateway(path, {
    method: 'POST',
    headers: { ...bearer(options.as ?? 'dev'), ...json },
    body: JSON.stringify(request),
  });
  const body = (await response.json()) as IssueResponse | Status;
  if ('message' in body) throw new Error(`${response.status}: ${body.message}`);
  if (body.link !== undefined) note({ credential: new URL(body.link).hash, what: 'the code of a link' });
  if (body.token !== undefined) note({ credential: body.token, what: 'a JWT that was issued' });
  return body;
}

/** What the gateway says to who opens a link `…/l#CODE` and only looks: the HTTP status. */
export async function look(link: string): Promise<number> {
  const body = JSON.stringify({ code: new URL(link).hash.slice(1) });
  const response = await gateway('/l', { method: 'POST', headers: { ...json, origin: cluster().url }, body });
  await response.body?.cancel();
  return response.status;
}

/** Redeems a link `…/l#CODE` as a browser does. @returns the value of a Cookie header */
export async function redeem(link: string): Promise<{ status: number; cookie: string; body: unknown }> {
  const code = new URL(link).hash.slice(1);
  const response = await gateway('/l', {
    method: 'POST',
    headers: { ...json, origin: cluster().url },
    body: JSON.stringify({ code, redeem: true }),
  });
  return { status: response.status, cookie: cookiesOf(response), body: await response.json() };
}

/** The Set-Cookie headers of an answer as the value of a Cookie header. */
export function cookiesOf(response: Response): string {
  const pairs = response.headers.getSetCookie().map((line) => line.split(';')[0] ?? '');
  for (const credential of pairs) note({ credential: credential.slice(credential.indexOf('=') + 1), what: 'a cookie' });
  return pairs.join('; ');
}

/** Path of the WebSocket of a console. */
export function consoleSocketPath(vm: string, kind: 'vnc' | 'console' = 'vnc'): string {
  return `/k8s/apis/subresources.kubevirt.io/v1/namespaces/${cluster().namespace}/virtualmachineinstances/${vm}/${kind}`;
}
