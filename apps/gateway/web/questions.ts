import { isDnsLabel } from '#libs/api';

const BASE = '/api/v1';

/** A console of a VM. */
interface ConsoleOf {
  readonly namespace: string;
  readonly vm: string;
  readonly kind: 'vnc' | 'serial';
}

/** What the page of a console asks first: who is signed in, and what a link allows. */
export function questionsOf({ namespace, vm, kind }: ConsoleOf): string[] {
  return [`${BASE}/session`, `${BASE}/grant?${new URLSearchParams({ namespace, vm, kind }).toString()}`];
}

/**
 * What a page of the dashboard asks first: who is signed in, and for its list.
 * @param namespace as the address names it; without one only the session tells the page which
 */
export function questionsOfList(namespace: unknown, list: 'vms' | 'gatetokens'): string[] {
  const inside = typeof namespace === 'string' && isDnsLabel(namespace);
  return [`${BASE}/session`, `${BASE}/namespaces`, ...(inside ? [`${BASE}/namespaces/${namespace}/${list}`] : [])];
}

/** A value of the header Link (RFC 8288): the browser asks at once, as `fetch` would, and keeps the answer for that. */
export function preloaded(path: string): string {
  return `<${path}>; rel=preload; as=fetch; crossorigin`;
}
