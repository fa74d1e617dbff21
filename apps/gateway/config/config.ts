import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { type SecretKey } from './secret.js';
import {
  address,
  apiUrl,
  count,
  duration,
  flag,
  frameAncestors,
  kubeName,
  publicUrls,
  secretKey,
  webUrl,
} from './values.js';

export interface Address {
  readonly host: string;
  readonly port: number;
}

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
  /** From "not ready" to closed doors: meanwhile the cluster stops sending requests here. */
  readonly shutdownDelay: number;
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

const LOG_LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const;

type Variables = Readonly<Record<string, string | undefined>>;

/** This file lives in dist/apps/gateway/config at run time: the built dashboard is in dist/dashboard. */
const BUILT_DASHBOARD = fileURLToPath(new URL('../../../dashboard', import.meta.url));
const IN_A_POD = 'set by Kubernetes in a pod; outside of a cluster set KUBECONFIG';

/** Every variable that the gateway reads. */
const Environment = z.object({
  LISTEN: address.default({ host: '0.0.0.0', port: 8080 }),
  METRICS_LISTEN: address.default({ host: '0.0.0.0', port: 9090 }),
  KUBECONFIG: z.string().optional(),
  KUBERNETES_SERVICE_HOST: z.string(IN_A_POD).optional(),
  KUBERNETES_SERVICE_PORT: count(65_535).default(443),
  SERVICE_ACCOUNT_DIR: z.string().default('/var/run/secrets/kubernetes.io/serviceaccount'),
  API_URL: apiUrl.optional(),
  POD_NAMESPACE: kubeName,
  POD_NAME: kubeName,
  GATESERVER: kubeName,
  PUBLIC_URLS: publicUrls,
  SESSION_KEY: secretKey,
  JWKS_CONFIGMAP: kubeName.optional(),
  GUEST_SERVICE_ACCOUNT: kubeName.optional(),
  TRUSTED_HOPS: count(32).default(0),
  MAX_DURATION: duration.default(24 * 3_600_000),
  IDLE_TIMEOUT: duration.default(0),
  MAX_CONSOLES: count(1_000_000).default(1000),
  DRAIN_TIME: duration.default(30_000),
  SHUTDOWN_DELAY: duration.default(0),
  ACCEPT_UNREGISTERED: flag.default(false),
  FRAME_ANCESTORS: frameAncestors.default([]),
  WEB_APP: webUrl.optional(),
  WEB_ROOT: z.string().default(BUILT_DASHBOARD),
  LOG_LEVEL: z.enum(LOG_LEVELS, `one of ${LOG_LEVELS.join(', ')}`).default('info'),
});
type Environment = z.infer<typeof Environment>;

/** Without a kubeconfig the gateway runs in a pod. */
const PodEnvironment = Environment.extend({ KUBERNETES_SERVICE_HOST: z.string(IN_A_POD) });

/** Variables whose value no message repeats. */
const SECRETS: ReadonlySet<string> = new Set<keyof Environment>(['SESSION_KEY']);

/**
 * The environment as a frozen object. A variable that is empty or blank counts as not set.
 * @throws ConfigError that lists every bad name at once
 */
export function readConfig(source: Variables): GatewayConfig {
  const given = Object.fromEntries(
    Object.entries(source).flatMap(([key, text = '']) => (text.trim() === '' ? [] : [[key, text.trim()]])),
  );
  const parsed = (given['KUBECONFIG'] === undefined ? PodEnvironment : Environment).safeParse(given);
  if (parsed.success) return Object.freeze(toConfig(parsed.data));
  throw new ConfigError(
    parsed.error.issues.map(({ path, message }) => {
      const key = String(path[0]);
      const text = given[key];
      if (text === undefined) return `${key} is missing: ${message}`;
      return `${key} is ${SECRETS.has(key) ? 'not usable' : JSON.stringify(text)}: ${message}`;
    }),
  );
}

function toConfig(env: Environment): GatewayConfig {
  return {
    listen: env.LISTEN,
    metricsListen: env.METRICS_LISTEN,
    upstream: toUpstream(env),
    namespace: env.POD_NAMESPACE,
    gateServer: env.GATESERVER,
    podName: env.POD_NAME,
    publicUrls: env.PUBLIC_URLS,
    sessionKey: env.SESSION_KEY,
    jwksConfigMap: env.JWKS_CONFIGMAP ?? `${env.GATESERVER}-jwks`,
    guestServiceAccount: env.GUEST_SERVICE_ACCOUNT ?? `${env.GATESERVER}-guest`,
    trustedHops: env.TRUSTED_HOPS,
    maxDuration: env.MAX_DURATION,
    idleTimeout: env.IDLE_TIMEOUT,
    maxConsoles: env.MAX_CONSOLES,
    drainTime: env.DRAIN_TIME,
    shutdownDelay: env.SHUTDOWN_DELAY,
    acceptUnregistered: env.ACCEPT_UNREGISTERED,
    frameAncestors: env.FRAME_ANCESTORS,
    ...(env.WEB_APP === undefined ? {} : { webApp: env.WEB_APP }),
    webRoot: env.WEB_ROOT,
    logLevel: env.LOG_LEVEL,
  };
}

function toUpstream(env: Environment): UpstreamConfig {
  const { KUBECONFIG: file, KUBERNETES_SERVICE_HOST: host, API_URL: url } = env;
  if (host === undefined) return { kind: 'kubeconfig', file: file ?? '' };
  const pod = {
    kind: 'in-cluster',
    host,
    port: String(env.KUBERNETES_SERVICE_PORT),
    dir: env.SERVICE_ACCOUNT_DIR,
  } as const;
  return url === undefined ? pod : { ...pod, url };
}
