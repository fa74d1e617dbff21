import { type UpstreamConfig } from '#libs/kube';
import { z } from 'zod';

/** The variables that say where the Kubernetes API is. A program's schema has these keys and `upstreamNamed`. */
export const upstreamVariables = {
  KUBECONFIG: z.string().optional(),
  KUBERNETES_SERVICE_HOST: z.string().optional(),
  KUBERNETES_SERVICE_PORT: z
    .string()
    .refine((text) => /^\d{1,5}$/.test(text) && Number(text) >= 1 && Number(text) <= 65_535, 'a port from 1 to 65535')
    .default('443'),
  SERVICE_ACCOUNT_DIR: z.string().default('/var/run/secrets/kubernetes.io/serviceaccount'),
};
type UpstreamVariables = z.output<z.ZodObject<typeof upstreamVariables>>;

/** The check that the environment names an API server: a pod's, or one in a kubeconfig. */
export const upstreamNamed = z.refine<Pick<UpstreamVariables, 'KUBECONFIG' | 'KUBERNETES_SERVICE_HOST'>>(
  (env) => (env.KUBERNETES_SERVICE_HOST ?? env.KUBECONFIG) !== undefined,
  {
    path: ['KUBERNETES_SERVICE_HOST'],
    error: 'the host of the API server: Kubernetes sets it in pods; elsewhere set KUBECONFIG',
    // Reported together with the problems of other variables.
    when: () => true,
  },
);

/** Where the API server is. In a pod, the pod's own environment takes precedence over a kubeconfig. */
export function upstreamOf(env: UpstreamVariables): UpstreamConfig {
  const { KUBERNETES_SERVICE_HOST: host, KUBERNETES_SERVICE_PORT: port, SERVICE_ACCOUNT_DIR: dir } = env;
  if (host === undefined) return { kind: 'kubeconfig', file: env.KUBECONFIG ?? '' };
  return { kind: 'in-cluster', host, port, dir };
}
