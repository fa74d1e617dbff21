import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { type RequestOptions } from 'node:https';
import { type Cluster, type KubeConfig, type User } from '@kubernetes/client-node';
import { type UpstreamOptions, type UpstreamTls } from './upstream-options.js';

/**
 * Reads one context of a kubeconfig: CA, client certificate, token, exec and sign-in plugins.
 * @throws Error that names the file and what is wrong with it
 */
export function readKubeconfig(file: string, context?: string): UpstreamOptions {
  const config = load(file);
  if (context !== undefined) {
    if (!config.getContextObject(context)) throw new Error(`kubeconfig ${file}: it has no context "${context}"`);
    config.setCurrentContext(context);
  }
  const cluster = config.getCurrentCluster();
  if (!cluster) throw new Error(`kubeconfig ${file}: no current context, or its cluster is missing`);
  const user = config.getCurrentUser();
  return {
    server: new URL(cluster.server),
    namespace: config.getContextObject(config.getCurrentContext())?.namespace,
    tls: tlsOf(cluster),
    clientCertificate: user ? certificateOf(user) : undefined,
    token: user?.token ? () => user.token : undefined,
    asyncToken: user && (user.exec || user.authProvider) ? () => askPlugin(config) : undefined,
  };
}

function load(file: string): KubeConfig {
  // Loaded here and not at the top: it costs half a second and 80 MB, which pods (no kubeconfig) need not pay.
  const library = createRequire(import.meta.url)('@kubernetes/client-node') as typeof import('@kubernetes/client-node');
  const config = new library.KubeConfig();
  try {
    config.loadFromFile(file);
  } catch (error) {
    throw new Error(`kubeconfig ${file}: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
  }
  return config;
}

function tlsOf(cluster: Cluster): UpstreamTls {
  const ca = fileOrData(cluster.caFile, cluster.caData);
  return {
    ...(ca ? { ca } : {}),
    ...(cluster.tlsServerName ? { servername: cluster.tlsServerName } : {}),
    ...(cluster.skipTLSVerify ? { rejectUnauthorized: false } : {}),
  };
}

function certificateOf(user: User): UpstreamOptions['clientCertificate'] {
  const cert = fileOrData(user.certFile, user.certData);
  const key = fileOrData(user.keyFile, user.keyData);
  return cert && key ? { cert, key } : undefined;
}

function fileOrData(file: string | undefined, data: string | undefined): Buffer | undefined {
  if (data) return Buffer.from(data, 'base64');
  return file ? readFileSync(file) : undefined;
}

async function askPlugin(config: KubeConfig): Promise<string | undefined> {
  const options: RequestOptions = { headers: {} };
  await config.applyToHTTPSOptions(options);
  const headers = options.headers as Record<string, string | undefined>;
  return (headers['Authorization'] ?? headers['authorization'])?.replace(/^Bearer /, '');
}
