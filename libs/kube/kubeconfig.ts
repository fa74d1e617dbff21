import { type Cluster, type User } from '@kubernetes/client-node';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { KubeConfig } from '#client-node';

export interface InClusterEnvironment {
  /** KUBERNETES_SERVICE_HOST and _PORT. */
  host: string;
  port: string | number;
  /** SERVICE_ACCOUNT_DIR: holds token, ca.crt, namespace. */
  dir: string;
  /** API_URL: takes the place of host and port where it is not empty. */
  url?: string;
}

/**
 * One context of a kubeconfig file.
 * @param context default: its current context
 * @throws Error that names the file and what is wrong with it
 */
export function loadKubeconfig(file: string, context?: string): KubeConfig {
  const config = new KubeConfig();
  try {
    config.loadFromFile(file);
  } catch (error) {
    throw new Error(`kubeconfig ${file}: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
  }
  if (context !== undefined) {
    if (!config.getContextObject(context)) throw new Error(`kubeconfig ${file}: it has no context "${context}"`);
    config.setCurrentContext(context);
  }
  if (!config.getCurrentCluster()) throw new Error(`kubeconfig ${file}: no current context, or its cluster is missing`);
  return config;
}

/** The pod's own service account. KubeConfig.loadFromCluster does the same, but of fixed folders. */
export function inClusterConfig({ host, port, dir, url }: InClusterEnvironment): KubeConfig {
  const server = url || `https://${host.includes(':') ? `[${host}]` : host}:${port}`;
  const ca = read(join(dir, 'ca.crt'));
  const token = { name: 'tokenFile', config: { tokenFile: join(dir, 'token') } };
  const namespace = read(join(dir, 'namespace'))?.toString('utf8').trim();
  return kubeconfigOf({ server, ...(ca ? { caData: ca.toString('base64') } : {}) }, { authProvider: token }, namespace);
}

/** A kubeconfig that is not in a file. */
export function kubeconfigOf(
  cluster: Partial<Cluster> & { server: string },
  user: Partial<User> = {},
  namespace?: string,
): KubeConfig {
  const config = new KubeConfig();
  config.loadFromOptions({
    clusters: [{ name: 'cluster', skipTLSVerify: false, ...cluster }],
    users: [{ name: 'user', ...user }],
    contexts: [{ name: 'context', cluster: 'cluster', user: 'user', ...(namespace ? { namespace } : {}) }],
    currentContext: 'context',
  });
  return config;
}

function read(file: string): Buffer | undefined {
  try {
    return readFileSync(file);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
}
