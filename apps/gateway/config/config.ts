import { fileURLToPath } from 'node:url';
import { type Address, type Environment, listenAddress, logLevel, readEnvironment } from '#libs/ops';
import { z } from 'zod';
import { type SecretKey } from './secret.js';
import { apiUrl, count, duration, flag, frameAncestors, kubeName, publicUrls, secretKey, webUrl } from './values.js';

/** Where the Kubernetes API is: the pod's own environment, or a kubeconfig outside a cluster. */
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

/** This file lives in dist/apps/gateway/config at run time: the built dashboard is in dist/dashboard. */
const BUILT_DASHBOARD = fileURLToPath(new URL('../../../dashboard', import.meta.url));
const API_HOST = 'the host of the API server: Kubernetes sets it in pods; elsewhere set KUBECONFIG';

/** Every variable that the gateway reads. */
const schema = z.object({
  LISTEN: listenAddress.prefault('0.0.0.0:8080'),
  METRICS_LISTEN: listenAddress.prefault('0.0.0.0:9090'),
  KUBECONFIG: z.string().optional(),
  KUBERNETES_SERVICE_HOST: z.string(API_HOST).optional(),
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
  LOG_LEVEL: logLevel.default('info'),
});
type Variables = z.infer<typeof schema>;

/** Without a kubeconfig the gateway runs in a pod. */
const podSchema = schema.extend({ KUBERNETES_SERVICE_HOST: z.string(API_HOST) });

/**
 * The environment as a frozen object.
 * @throws EnvironmentError that lists every bad name at once
 */
export function readConfig(environment: Environment): GatewayConfig {
  const inPod = (environment['KUBECONFIG'] ?? '').trim() === '';
  return Object.freeze(toConfig(readEnvironment(inPod ? podSchema : schema, environment, ['SESSION_KEY'])));
}

function toConfig(env: Variables): GatewayConfig {
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

function toUpstream(env: Variables): UpstreamConfig {
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
