import { type Cluster, type KubeConfig, type User } from '@kubernetes/client-node';
import { readFileSync } from 'node:fs';
import { createSecureContext, type SecureContext } from 'node:tls';
import { Agent, type Dispatcher, interceptors } from 'undici';
import { type InClusterEnvironment, inClusterConfig, loadKubeconfig } from './kubeconfig.js';
import { isLoopback, lookup } from './lookup.js';
import { ownToken } from './own-token.js';

/** Where an API server is: in the pod's own environment, with its service account, or in a kubeconfig. */
export type UpstreamConfig =
  | ({ readonly kind: 'in-cluster' } & Readonly<InClusterEnvironment>)
  | { readonly kind: 'kubeconfig'; readonly file: string };

/** Kept connections. Watches last and are not capped; the short requests share few connections. */
export interface Connections {
  readonly short: Dispatcher;
  readonly long: Dispatcher;
}

/** What every connection shows: CA and server name, never a client certificate. */
export interface UpstreamTls {
  ca?: Buffer;
  servername?: string;
  rejectUnauthorized?: boolean;
}

/**
 * One API server: the one place for its CA, TLS context, own credential and connections.
 *
 * There are two sets of connections. `shared`, `tls` and `secureContext` carry no client certificate: for requests that
 * bring a credential of their own (an API server believes a certificate before it looks at a token). `own` shows the
 * client certificate, where the kubeconfig has one.
 */
export class Upstream {
  readonly server: URL;
  readonly namespace: string | undefined;
  readonly tls: UpstreamTls;
  readonly secureContext: SecureContext;
  readonly shared: Connections;
  readonly own: Connections;
  /** The own bearer token; undefined where the own credential is another. */
  readonly credential: () => string | undefined | Promise<string | undefined>;
  readonly #agents: Agent[] = [];

  /** @param config its current context is taken */
  constructor(config: KubeConfig) {
    const cluster = config.getCurrentCluster();
    if (!cluster) throw new Error('the kubeconfig has no current cluster');
    this.server = new URL(cluster.server);
    const { protocol, hostname, origin } = this.server;
    if (protocol !== 'https:' && !(protocol === 'http:' && isLoopback(hostname))) {
      throw new Error(`${origin}: use https:// for an API server (http:// only on loopback)`);
    }
    this.namespace = config.getContextObject(config.getCurrentContext())?.namespace;
    this.tls = tlsOf(cluster);
    this.credential = ownToken(config);
    this.secureContext = this.#context();
    this.shared = this.#connections(this.secureContext);
    const certificate = certificateOf(config.getCurrentUser());
    this.own = certificate ? this.#connections(this.#context(certificate)) : this.shared;
  }

  /** @throws Error that names the file when it cannot be read or lacks the context (default: its current one) */
  static fromKubeconfig(file: string, context?: string): Upstream {
    return new Upstream(loadKubeconfig(file, context));
  }

  /** @throws Error that names the kubeconfig when it cannot be read */
  static of(config: UpstreamConfig): Upstream {
    return config.kind === 'kubeconfig' ? Upstream.fromKubeconfig(config.file) : new Upstream(inClusterConfig(config));
  }

  /** Options for `tls.connect`, `https.request` and undici of callers that open sockets themselves: no client certificate. */
  connectOptions() {
    const { servername, rejectUnauthorized } = this.tls;
    return {
      secureContext: this.secureContext,
      lookup: lookup,
      ...(servername === undefined ? {} : { servername }),
      ...(rejectUnauthorized === undefined ? {} : { rejectUnauthorized }),
    };
  }

  /** Cuts every connection. */
  async close(): Promise<void> {
    await Promise.all(this.#agents.map((agent) => agent.destroy()));
  }

  #context(certificate: { cert?: Buffer; key?: Buffer } = {}): SecureContext {
    const { ca } = this.tls;
    return createSecureContext({ ...certificate, ...(ca === undefined ? {} : { ca }) });
  }

  #connections(secureContext: SecureContext): Connections {
    const agent = (limits: Agent.Options): Dispatcher => {
      const connect = { ...this.connectOptions(), secureContext };
      const made = new Agent({ headersTimeout: 65_000, allowH2: false, keepAliveTimeout: 30_000, connect, ...limits });
      this.#agents.push(made);
      // A proxy between may compress what nobody asked it to.
      return made.compose(interceptors.decompress({ skipErrorResponses: false }));
    };
    return { short: agent({ connections: 32, bodyTimeout: 65_000 }), long: agent({ bodyTimeout: 0 }) };
  }
}

function tlsOf(cluster: Cluster): UpstreamTls {
  const ca = fileOrData(cluster.caFile, cluster.caData);
  return {
    ...(ca ? { ca } : {}),
    ...(cluster.tlsServerName ? { servername: cluster.tlsServerName } : {}),
    ...(cluster.skipTLSVerify ? { rejectUnauthorized: false } : {}),
  };
}

function certificateOf(user: User | null): { cert: Buffer; key: Buffer } | undefined {
  const cert = fileOrData(user?.certFile, user?.certData);
  const key = fileOrData(user?.keyFile, user?.keyData);
  return cert && key ? { cert, key } : undefined;
}

function fileOrData(file: string | undefined, data: string | undefined): Buffer | undefined {
  if (data) return Buffer.from(data, 'base64');
  return file ? readFileSync(file) : undefined;
}
