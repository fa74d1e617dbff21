import { isIP } from 'node:net';

import { type Environment } from '@marcbachmann/cel-js';

import { isCidr } from '../formats.js';
import { CelFault } from './errors.js';

/** A URL, absolute or a path from the root, as Go's url.ParseRequestURI takes it. */
class KubeUrl {
  readonly url: URL;
  readonly absolute: boolean;

  constructor(text: string) {
    this.absolute = !text.startsWith('/');
    if (!isUrl(text))
      throw new CelFault(`URL parse error during conversion from string: parse "${text}": invalid URI for request`);
    this.url = new URL(text, this.absolute ? undefined : 'http://path.invalid');
  }

  part(name: 'host' | 'hostname' | 'port' | 'scheme'): string {
    if (!this.absolute) return '';
    return name === 'scheme' ? this.url.protocol.slice(0, -1) : this.url[name];
  }

  query(): Map<string, string[]> {
    return new Map([...this.url.searchParams.keys()].map((name) => [name, this.url.searchParams.getAll(name)]));
  }
}

function isUrl(text: string): boolean {
  if (/[\s\p{Cc}]/u.test(text)) return false;
  return text.startsWith('/')
    ? URL.canParse(text, 'http://path.invalid')
    : /^[a-z][a-z0-9+.-]*:/i.test(text) && URL.canParse(text);
}

/** Kubernetes' url library, and the checks of its ip and cidr libraries. */
export function registerNet(env: Environment): void {
  const add = (signature: string, handler: (...args: never[]) => unknown): unknown =>
    env.registerFunction(signature, handler, { async: false });
  env.registerType('KubeUrl', { ctor: KubeUrl, fields: {} });
  env.registerOperator('KubeUrl == KubeUrl', (a: KubeUrl, b: KubeUrl) => a.url.href === b.url.href);
  add('isURL(string): bool', isUrl);
  add('url(string): KubeUrl', (text: string) => new KubeUrl(text));
  add('KubeUrl.getScheme(): string', (url: KubeUrl) => url.part('scheme'));
  add('KubeUrl.getHost(): string', (url: KubeUrl) => url.part('host'));
  add('KubeUrl.getHostname(): string', (url: KubeUrl) => url.part('hostname').replace(/^\[|\]$/g, ''));
  add('KubeUrl.getPort(): string', (url: KubeUrl) => url.part('port'));
  add('KubeUrl.getEscapedPath(): string', (url: KubeUrl) => url.url.pathname);
  add('KubeUrl.getQuery(): map<string, list<string>>', (url: KubeUrl) => url.query());
  add('isIP(string): bool', (text: string) => isIP(text) !== 0);
  add('isCIDR(string): bool', isCidr);
}
