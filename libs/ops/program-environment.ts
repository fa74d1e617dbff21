import { type UpstreamConfig } from '#libs/kube';
import { z } from 'zod';
import { listenAddress, logLevel } from './environment.js';
import { type Address } from './metrics-server.js';

/** The variables that every program reads. A program's schema has these keys and `upstreamNamed`. */
export const programVariables = {
  LISTEN: listenAddress.prefault('0.0.0.0:8080'),
  METRICS_LISTEN: listenAddress.prefault('0.0.0.0:9090'),
  LOG_LEVEL: logLevel.default('info'),
  KUBECONFIG: z.string().optional(),
  KUBERNETES_SERVICE_HOST: z.string().optional(),
  KUBERNETES_SERVICE_PORT: z
    .string()
    .refine((text) => /^\d{1,5}$/.test(text) && Number(text) >= 1 && Number(text) <= 65_535, 'a port from 1 to 65535')
    .default('443'),
  SERVICE_ACCOUNT_DIR: z.string().default('/var/run/secrets/kubernetes.io/serviceaccount'),
};
type ProgramVariables = z.output<z.ZodObject<typeof programVariables>>;

/** What these variables say. */
export interface ProgramConfig {
  readonly listen: Address;
  readonly metricsListen: Address;
  readonly logLevel: string;
  readonly upstream: UpstreamConfig;
}

/** The check that the environment names an API server: a pod's, or one in a kubeconfig. */
export const upstreamNamed = z.refine<Pick<ProgramVariables, 'KUBECONFIG' | 'KUBERNETES_SERVICE_HOST'>>(
  (env) => (env.KUBERNETES_SERVICE_HOST ?? env.KUBECONFIG) !== undefined,
  {
    path: ['KUBERNETES_SERVICE_HOST'],
    error: 'the host of the API server: Kubernetes sets it in pods; elsewhere set KUBECONFIG',
    // Reported together with the problems of other variables.
    when: () => true,
  },
);

export function programConfig(env: ProgramVariables): ProgramConfig {
  const { LISTEN: listen, METRICS_LISTEN: metricsListen, LOG_LEVEL: logLevel } = env;
  return { listen, metricsListen, logLevel, upstream: upstreamOf(env) };
}

/** Where the API server is. In a pod, the pod's own environment takes precedence over a kubeconfig. */
function upstreamOf(env: ProgramVariables): UpstreamConfig {
  const { KUBERNETES_SERVICE_HOST: host, KUBERNETES_SERVICE_PORT: port, SERVICE_ACCOUNT_DIR: dir } = env;
  if (host === undefined) return { kind: 'kubeconfig', file: env.KUBECONFIG ?? '' };
  return { kind: 'in-cluster', host, port, dir };
}
