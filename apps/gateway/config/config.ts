import { fileURLToPath } from 'node:url';
import { type Address } from '#libs/ops';
import { parseDuration } from '#libs/token';
import { SecretKey } from './secret.js';

/** Where the Kubernetes API is: the pod's own environment, or a kubeconfig outside of a cluster. */
export type UpstreamConfig =
  | {
      readonly kind: 'in-cluster';
      readonly host: string;
      readonly port: string;
      readonly dir: string;
      readonly url?: string;
    }
  | { readonly kind: 'kubeconfig'; readonly file: string };

/** Everything that the environment decides. Times are milliseconds. */
export interface GatewayConfig {
  readonly listen: Address;
  readonly metricsListen: Address;
  readonly upstream: UpstreamConfig;
  /** The gateway's own namespace and the name of its GateServer. */
  readonly namespace: string;
  readonly gateServer: string;
  readonly podName: string;
  /** The first is the base of links; all are the allowed Origins. */
  readonly publicUrls: readonly URL[];
  readonly sessionKey: SecretKey;
  readonly jwksConfigMap: string;
  readonly guestServiceAccount: string;
  readonly trustedHops: number;
  readonly maxDuration: number;
  readonly idleTimeout: number;
  readonly maxConsoles: number;
  readonly drainTime: number;
  readonly acceptUnregistered: boolean;
  readonly frameAncestors: readonly string[];
  readonly webApp?: URL;
  /** Folder of the built dashboard: index.html, guest.html, assets. */
  readonly webRoot: string;
  readonly logLevel: string;
}

/** The injection token of the configuration. */
export const GATEWAY_CONFIG = Symbol('GatewayConfig');

/** Every bad name of the environment at once; `problems` has a line for each. */
export class ConfigError extends Error {
  constructor(readonly problems: readonly string[]) {
    super(`The environment of the gateway is not usable:\n${problems.map((line) => `  ${line}`).join('\n')}`);
  }
}

type Env = Readonly<Record<string, string | undefined>>;

const LOG_LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'];
const DNS_NAME = /^[a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?$/;

/** Reads one value at a time and collects what is wrong instead of stopping at the first. */
class EnvReader {
  readonly problems: string[] = [];

  constructor(private readonly env: Env) {}

  raw(name: string): string | undefined {
    const value = this.env[name]?.trim();
    return value === '' ? undefined : value;
  }

  /** @param fallback undefined: the name is required */
  read<T>(name: string, fallback: T | undefined, parse: (value: string) => T, wanted: string, secret = false): T {
    const value = this.raw(name);
    if (value === undefined) {
      if (fallback === undefined) this.problems.push(`${name} is missing: ${wanted}`);
      return fallback as T;
    }
    try {
      return parse(value);
    } catch {
      this.problems.push(`${name} is ${secret ? 'not usable' : JSON.stringify(value)}: ${wanted}`);
      return fallback as T;
    }
  }

  number(name: string, fallback: number, max = 1_000_000): number {
    return this.read(
      name,
      fallback,
      (value) => check(Number(value), /^\d+$/.test(value) && Number(value) <= max),
      `a whole number from 0 to ${max}`,
    );
  }

  duration(name: string, fallback: number): number {
    return this.read(
      name,
      fallback,
      (value) => (/^0(s|m|h)?$/.test(value) ? 0 : parseDuration(value)),
      'a duration such as 90s or 1h30m',
    );
  }

  flag(name: string): boolean {
    return this.read(name, false, (value) => check(value === 'true', /^(true|false)$/.test(value)), 'true or false');
  }

  name(name: string, fallback?: string): string {
    return this.read(name, fallback, (value) => check(value, DNS_NAME.test(value)), 'a Kubernetes name');
  }
}

function check<T>(value: T, ok: boolean): T {
  if (!ok) throw new RangeError('refused');
  return value;
}

function address(value: string): Address {
  const colon = value.lastIndexOf(':');
  const host = value.slice(0, colon).replace(/^\[(.*)\]$/, '$1');
  const port = Number(value.slice(colon + 1));
  return check({ host, port }, colon > 0 && Number.isInteger(port) && port >= 0 && port <= 65_535);
}

function webUrl(value: string): URL {
  const url = new URL(value);
  return check(url, /^https?:$/.test(url.protocol) && url.username === '' && url.search === '' && url.hash === '');
}

function publicUrls(value: string): URL[] {
  const urls = value.split(',').map((one) => webUrl(one.trim()));
  return check(
    urls,
    urls.every((url) => url.pathname === '/'),
  );
}

function sessionKey(value: string): SecretKey {
  const bytes = Buffer.from(value, 'base64');
  return check(new SecretKey(bytes), bytes.length >= 32);
}

/** One source of `frame-ancestors`: a scheme, host and port, so that no policy can be smuggled in by `;` or spaces. */
function frameAncestors(value: string): string[] {
  const sources = value.split(/[\s,]+/).filter((one) => one !== '');
  return check(
    sources,
    sources.every((one) => /^https?:\/\/[-a-zA-Z0-9.*:[\]]+$/.test(one)),
  );
}

function upstream(env: EnvReader): UpstreamConfig {
  const host = env.raw('KUBERNETES_SERVICE_HOST');
  const kubeconfig = env.raw('KUBECONFIG');
  if (host === undefined && kubeconfig !== undefined) return { kind: 'kubeconfig', file: kubeconfig };
  if (host === undefined)
    env.problems.push(
      'KUBERNETES_SERVICE_HOST is missing: set by Kubernetes in a pod; outside of a cluster set KUBECONFIG',
    );
  const url = env.raw('API_URL');
  return {
    kind: 'in-cluster',
    host: host ?? '',
    port: String(env.number('KUBERNETES_SERVICE_PORT', 443, 65_535)),
    dir: env.raw('SERVICE_ACCOUNT_DIR') ?? '/var/run/secrets/kubernetes.io/serviceaccount',
    ...(url === undefined
      ? {}
      : { url: env.read('API_URL', url, (value) => apiUrl(value), 'an https URL (http only for loopback)') }),
  };
}

function apiUrl(value: string): string {
  const url = webUrl(value);
  return check(url.href, url.protocol === 'https:' || isLoopback(url.hostname));
}

/** @param hostname as URL.hostname gives it */
export function isLoopback(hostname: string): boolean {
  return (
    hostname === 'localhost' ||
    hostname.endsWith('.localhost') ||
    /^127(\.\d+){3}$/.test(hostname) ||
    hostname === '[::1]'
  );
}

/** This file lives in dist/apps/gateway/config at run time: the built dashboard is beside it. */
const BUILT_DASHBOARD = fileURLToPath(new URL('../../../dashboard', import.meta.url));

/**
 * The environment as a frozen object.
 * @throws ConfigError that lists every bad name at once
 */
export function readConfig(source: Env): GatewayConfig {
  const env = new EnvReader(source);
  const webApp =
    env.raw('WEB_APP') === undefined
      ? undefined
      : env.read('WEB_APP', new URL('http://x'), webUrl, 'an http or https URL');
  const config: GatewayConfig = {
    listen: env.read('LISTEN', { host: '0.0.0.0', port: 8080 }, address, 'HOST:PORT'),
    metricsListen: env.read('METRICS_LISTEN', { host: '0.0.0.0', port: 9090 }, address, 'HOST:PORT'),
    upstream: upstream(env),
    namespace: env.name('POD_NAMESPACE'),
    gateServer: env.name('GATESERVER'),
    podName: env.name('POD_NAME'),
    publicUrls: env.read(
      'PUBLIC_URLS',
      undefined,
      publicUrls,
      'http or https URLs without a path, separated by commas',
    ),
    sessionKey: env.read('SESSION_KEY', undefined, sessionKey, 'at least 32 bytes in base64', true),
    jwksConfigMap: env.name('JWKS_CONFIGMAP', `${env.raw('GATESERVER') ?? 'gateserver'}-jwks`),
    guestServiceAccount: env.name('GUEST_SERVICE_ACCOUNT', `${env.raw('GATESERVER') ?? 'gateserver'}-guest`),
    trustedHops: env.number('TRUSTED_HOPS', 0, 32),
    maxDuration: env.duration('MAX_DURATION', 24 * 3_600_000),
    idleTimeout: env.duration('IDLE_TIMEOUT', 0),
    maxConsoles: env.number('MAX_CONSOLES', 1000),
    drainTime: env.duration('DRAIN_TIME', 30_000),
    acceptUnregistered: env.flag('ACCEPT_UNREGISTERED'),
    frameAncestors: env.read(
      'FRAME_ANCESTORS',
      [],
      frameAncestors,
      'sites such as https://portal.example.com, separated by commas',
    ),
    ...(webApp === undefined ? {} : { webApp }),
    webRoot: env.raw('WEB_ROOT') ?? BUILT_DASHBOARD,
    logLevel: env.read(
      'LOG_LEVEL',
      'info',
      (value) => check(value, LOG_LEVELS.includes(value)),
      `one of ${LOG_LEVELS.join(', ')}`,
    ),
  };
  if (env.problems.length > 0) throw new ConfigError(env.problems);
  return Object.freeze(config);
}
