import { fileURLToPath } from 'node:url';
import { type UpstreamConfig } from '#libs/kube';
import {
  type Environment,
  programConfig,
  type ProgramConfig,
  programVariables,
  readEnvironment,
  upstreamNamed,
} from '#libs/ops';
import { z } from 'zod';
import { type SecretKey } from '#libs/token';
import {
  apiUrl,
  frameAncestors,
  kubeName,
  milliseconds,
  publicUrls,
  secretKey,
  trueOrFalse,
  webUrl,
  wholeNumber,
} from './values.js';

/** Everything that the environment decides. Times are milliseconds. */
export interface GatewayConfig extends ProgramConfig {
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
  /** How long an answer about an issuer's rights counts; 0: they are not asked about. */
  readonly issuerRecheck: number;
  readonly maxConsoles: number;
  readonly drainTime: number;
  /** From "not ready" to closed doors: meanwhile the cluster stops sending requests here. */
  readonly shutdownDelay: number;
  /** False: JWTs are refused, links alone are issued. */
  readonly storeTokens: boolean;
  readonly acceptUnregistered: boolean;
  /** Who asks whether an issuer may do themselves what they give: the admission webhook, or the gateway. */
  readonly issuerCheck: 'webhook' | 'gateway';
  readonly frameAncestors: readonly string[];
  readonly webApp?: URL;
  /** Folder of the built dashboard: its pages and their assets. */
  readonly webRoot: string;
}

/** The injection token of the configuration. */
export const GATEWAY_CONFIG = Symbol('GatewayConfig');

/** Named by package.json, since the gateway runs from its own file and from a bundle. */
const BUILT_DASHBOARD = fileURLToPath(import.meta.resolve('#dashboard'));

/** Every variable that the gateway reads. */
const schema = z
  .object({
    ...programVariables,
    API_URL: apiUrl.optional(),
    POD_NAMESPACE: kubeName,
    POD_NAME: kubeName,
    GATESERVER: kubeName,
    PUBLIC_URLS: publicUrls,
    SESSION_KEY: secretKey,
    JWKS_CONFIGMAP: kubeName.optional(),
    GUEST_SERVICE_ACCOUNT: kubeName.optional(),
    TRUSTED_HOPS: wholeNumber(32).default(0),
    MAX_DURATION: milliseconds.default(24 * 3_600_000),
    IDLE_TIMEOUT: milliseconds.default(0),
    ISSUER_RECHECK: milliseconds.default(60_000),
    MAX_CONSOLES: wholeNumber(1_000_000).default(1000),
    DRAIN_TIME: milliseconds.default(30_000),
    SHUTDOWN_DELAY: milliseconds.default(0),
    STORE_TOKENS: trueOrFalse.default(true),
    ACCEPT_UNREGISTERED: trueOrFalse.default(false),
    ISSUER_CHECK: z.enum(['webhook', 'gateway'], 'webhook or gateway').default('gateway'),
    FRAME_ANCESTORS: frameAncestors.default([]),
    WEB_APP: webUrl.optional(),
    WEB_ROOT: z.string().default(BUILT_DASHBOARD),
  })
  .check(upstreamNamed);
type Variables = z.infer<typeof schema>;

/**
 * The environment as a frozen object.
 * @throws EnvironmentError that lists every bad name at once
 */
export function readConfig(environment: Environment): GatewayConfig {
  return Object.freeze(toConfig(readEnvironment(schema, environment, ['SESSION_KEY'])));
}

function toConfig(env: Variables): GatewayConfig {
  const program = programConfig(env);
  return {
    ...program,
    upstream: withUrl(program.upstream, env.API_URL),
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
    issuerRecheck: env.ISSUER_RECHECK,
    maxConsoles: env.MAX_CONSOLES,
    drainTime: env.DRAIN_TIME,
    shutdownDelay: env.SHUTDOWN_DELAY,
    storeTokens: env.STORE_TOKENS,
    acceptUnregistered: env.ACCEPT_UNREGISTERED,
    issuerCheck: env.ISSUER_CHECK,
    frameAncestors: env.FRAME_ANCESTORS,
    ...(env.WEB_APP === undefined ? {} : { webApp: env.WEB_APP }),
    webRoot: env.WEB_ROOT,
  };
}

function withUrl(upstream: UpstreamConfig, url: string | undefined): UpstreamConfig {
  return upstream.kind === 'kubeconfig' || url === undefined ? upstream : { ...upstream, url };
}
