import { forbidden } from './forbidden.js';
import { type Grant } from './grant.js';
import { consoleTarget } from './kubevirt.js';
import { parsePattern } from './pattern.js';
import { requestInfo } from './request-info.js';

const WORDS: readonly (readonly [string, string])[] = [
  ['GET', 'read'],
  ['POST', 'create'],
  ['PUT', 'replace'],
  ['PATCH', 'change'],
  ['DELETE', 'delete'],
];

/** What the grant allows, a sentence of plain English each, without repetition. */
export function explain(grant: Grant): string[] {
  const lines = grant.urls.map((url) => explainUrl(url, grant));
  if (grant.viewOnly) lines.push('View only: keyboard, mouse and clipboard input does not reach the virtual machine.');
  return [...new Set(lines)];
}

/**
 * The urls that can never allow anything, since no grant reaches what they name.
 * @returns with each what it names, in plain words
 */
export function neverGranted(urls: readonly string[]): { url: string; what: string }[] {
  return urls.flatMap((url) => {
    const pattern = parsePattern(url);
    if (!pattern.ok) return [];
    // A made-up name: what is forbidden for it is forbidden for every name with this prefix.
    const what = forbidden(requestInfo('GET', pattern.exact ? pattern.text : `${pattern.text}0`));
    return what === undefined ? [] : [{ url, what }];
  });
}

/** What one of its urls allows, in a sentence. */
export function explainUrl(url: string, { methods, viewOnly }: Pick<Grant, 'methods' | 'viewOnly'>): string {
  const [never] = neverGranted([url]);
  if (never !== undefined) return `Nothing at ${url}: no link can grant access to ${never.what}.`;
  const allowed = viewOnly ? new Set([...methods].filter((method) => method === 'GET' || method === 'HEAD')) : methods;
  const pattern = parsePattern(url);
  if (!pattern.ok || allowed.size === 0) return `Nothing at ${url}.`;
  if (!pattern.exact) {
    return `${sentence(allowed)} everything${url === '*' ? '' : ` with a path that starts with ${pattern.text}`}.`;
  }
  return ofPath(pattern.text, allowed);
}

function ofPath(path: string, methods: ReadonlySet<string>): string {
  const info = requestInfo('GET', path);
  const console = consoleTarget(info);
  if (console !== undefined && methods.has('GET')) {
    const what = console.kind === 'vnc' ? 'screen' : 'serial console';
    return `Use the ${what} of virtual machine ${console.vm} in namespace ${console.namespace}.`;
  }
  if (!info.isResource || info.resource === undefined) return `${sentence(methods)} ${path}.`;
  const of = info.subresource === undefined ? '' : `/${[info.subresource, info.rest].filter(Boolean).join('/')}`;
  const where = info.namespace === undefined ? 'in all namespaces' : `in namespace ${info.namespace}`;
  if (info.name === undefined) return `${sentence(methods, ['list', 'watch'])} ${info.resource} ${where}.`;
  const place = info.namespace === undefined || info.resource === 'namespaces' ? '' : ` ${where}`;
  return `${sentence(methods)} ${info.resource}${of} ${info.name}${place}.`;
}

const enumeration = new Intl.ListFormat('en');

function sentence(methods: ReadonlySet<string>, read: readonly string[] = ['read']): string {
  const words = WORDS.filter(([method]) => methods.has(method)).flatMap(([method, word]) =>
    method === 'GET' ? read : [word],
  );
  const text = enumeration.format(words.length > 0 ? words : methods);
  return text.charAt(0).toUpperCase() + text.slice(1);
}
