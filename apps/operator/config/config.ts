import { hostname } from 'node:os';
import { isDnsLabel } from '#libs/api';
import {
  type Address,
  type Environment,
  listenAddress,
  programConfig,
  type ProgramConfig,
  programVariables,
  readEnvironment,
  upstreamNamed,
} from '#libs/ops';
import { z } from 'zod';

/** The injection token of the configuration. */
export const OPERATOR_CONFIG = Symbol('OperatorConfig');

/** Everything that the environment decides. */
export interface OperatorConfig extends ProgramConfig {
  /** Where the Lease of the leader is. */
  readonly namespace: string;
  /** The name of this replica. */
  readonly identity: string;
  /** The image of gateways whose GateServer names none. */
  readonly gatewayImage: string;
  /** Hosts that `spec.web-app` may have: `app.example.com`, `*.example.com` (every host below), `*`. */
  readonly webAppHosts: readonly string[];
  /** The admission webhook; undefined where none is installed. */
  readonly webhook: WebhookConfig | undefined;
}

export interface WebhookConfig {
  /** The Service in the operator's namespace through which the API server reaches it, and the name of its Secret. */
  readonly service: string;
  readonly listen: Address;
}

const HOST_PATTERN = /^(\*|(\*\.)?[a-z0-9]([-a-z0-9.]*[a-z0-9])?|\[[0-9a-f:.]+\])$/;

const image = 'the image of the gateway';
const hosts = z
  .string()
  .transform((text) => text.split(/[\s,]+/).filter(Boolean))
  .refine((all) => all.every((one) => HOST_PATTERN.test(one)), {
    error: 'hosts such as app.example.com or *.apps.example.com, separated by commas',
  });

const schema = z
  .object({
    ...programVariables,
    POD_NAMESPACE: z.string().refine(isDnsLabel, 'the name of a namespace').default('kube-gateway'),
    POD_NAME: z.string().default(() => `${hostname()}-${process.pid}`),
    GATEWAY_IMAGE: z.string(image).regex(/^\S+$/, image),
    WEB_APP_HOSTS: hosts.prefault(''),
    WEBHOOK_SERVICE: z.string().refine(isDnsLabel, 'the name of a Service').optional(),
    WEBHOOK_LISTEN: listenAddress.prefault('0.0.0.0:9443'),
  })
  .check(upstreamNamed);

/**
 * The environment as a frozen object.
 * @throws EnvironmentError that lists every bad name at once
 */
export function readConfig(environment: Environment): OperatorConfig {
  const env = readEnvironment(schema, environment);
  const { WEBHOOK_SERVICE: service, WEBHOOK_LISTEN: listen } = env;
  return Object.freeze({
    ...programConfig(env),
    namespace: env.POD_NAMESPACE,
    identity: env.POD_NAME,
    gatewayImage: env.GATEWAY_IMAGE,
    webAppHosts: env.WEB_APP_HOSTS,
    webhook: service === undefined ? undefined : Object.freeze({ service, listen }),
  });
}
