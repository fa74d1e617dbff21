import { type IncomingHttpHeaders } from 'node:http';
import { type Attributes, BLANK } from '../authz/attributes.js';
import { badRequest } from '../status.js';
import { type UserInfo } from '../types.js';
import { AUTHENTICATED } from './index.js';

const EXTRA = 'impersonate-extra-';

/**
 * The user that a request wants to be, checked by `allow` (which throws 403) for each part; the request's own user where
 * it wants nothing. Takes the headers off.
 */
export function impersonate(
  headers: IncomingHttpHeaders,
  rawHeaders: string[],
  user: UserInfo,
  allow: (attributes: Attributes) => void,
): UserInfo {
  const name = one(headers['impersonate-user']);
  const uid = one(headers['impersonate-uid']);
  const groups = valuesOf(rawHeaders, 'impersonate-group');
  const extra = extras(rawHeaders);
  const wanted = Object.keys(headers).filter((header) => header.startsWith('impersonate-'));
  for (const header of wanted) Reflect.deleteProperty(headers, header);
  if (wanted.length === 0) return user;
  if (!name) throw badRequest('requested impersonation without specifying a user name');
  const ask = (resource: string, target: string, group = '', subresource = '', namespace = ''): void =>
    allow({ ...BLANK, user, verb: 'impersonate', group, resource, subresource, name: target, namespace });
  const account = /^system:serviceaccount:([^:]+):([^:]+)$/.exec(name);
  if (account) ask('serviceaccounts', account[2] ?? '', '', '', account[1]);
  else ask('users', name);
  for (const group of groups) ask('groups', group);
  for (const [key, values] of Object.entries(extra)) {
    for (const value of values) ask('userextras', value, 'authentication.k8s.io', key);
  }
  if (uid) ask('uids', uid, 'authentication.k8s.io');
  return {
    username: name,
    ...(uid ? { uid } : {}),
    groups: impersonatedGroups(name, groups, account?.[1]),
    extra,
  };
}

function impersonatedGroups(name: string, groups: string[], accountNamespace: string | undefined): string[] {
  const implied =
    accountNamespace && groups.length === 0
      ? ['system:serviceaccounts', `system:serviceaccounts:${accountNamespace}`]
      : groups;
  if (name === 'system:anonymous') return [...new Set([...implied, 'system:unauthenticated'])];
  return [...new Set([...implied, AUTHENTICATED])];
}

const one = (value: string | string[] | undefined): string => (Array.isArray(value) ? (value[0] ?? '') : (value ?? ''));

/** Each value of a header that may stand several times. */
function valuesOf(rawHeaders: string[], name: string): string[] {
  const out: string[] = [];
  for (let index = 0; index < rawHeaders.length; index += 2) {
    if (rawHeaders[index]?.toLowerCase() === name) out.push(rawHeaders[index + 1] ?? '');
  }
  return out;
}

function extras(rawHeaders: string[]): Record<string, string[]> {
  const out: Record<string, string[]> = {};
  const names = new Set(rawHeaders.filter((_, index) => index % 2 === 0).map((name) => name.toLowerCase()));
  for (const name of names) {
    if (!name.startsWith(EXTRA)) continue;
    out[decodeURIComponent(name.slice(EXTRA.length))] = valuesOf(rawHeaders, name);
  }
  return out;
}
