import { type KubeConfig } from '@kubernetes/client-node';
import { Agent as HttpAgent, type AgentOptions, type ClientRequestArgs } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import { type SecureContext } from 'node:tls';
import { Agent, buildConnector, type Dispatcher, interceptors, Pool } from 'undici';
import { type ExecConfig, ExecPlugin } from './exec-plugin.js';
import { type InClusterEnvironment, inClusterConfig, loadKubeconfig } from './kubeconfig.js';
import { isLoopback, lookup } from './lookup.js';
import { ownToken } from './own-token.js';
import { certificateOf, type ClientCertificate, inField, SecureContexts, trustOf } from './trust.js';

/** Where an API server is: in the pod's own environment, with its service account, or in a kubeconfig. */
export type UpstreamConfig =
  | ({ readonly kind: 'in-cluster' } & Readonly<InClusterEnvironment>)
  | { readonly kind: 'kubeconfig'; readonly file: string };

/** Kept connections. Watches last and are not capped; the short requests share few connections. */
export interface Connections {
  short: Dispatcher;
  long: Dispatcher;
}

/** What every connection shows: CA and server name, never a client certificate. */
export interface UpstreamTls {
  ca?: string;
  servername?: string;
  rejectUnauthorized?: boolean;
}

/**
 * One API server: the one place for its CA, TLS context, own credential and connections.
 *
 * CAs in a file are read again when it has changed; new connections are checked against those of the moment.
 *
 * There are two sets of connections. `shared`, `tls`, `connectOptions`, `agent` and `pool` carry no client certificate: for requests that
 * bring a credential of their own (an API server believes a certificate before it looks at a token). `own` shows the
 * client certificate, where the kubeconfig has one.
 */
export class Upstream {
  readonly server: URL;
  readonly namespace: string | undefined;
  readonly shared: Connections;
  readonly own: Connections;
  /** The own bearer token; undefined where the own credential is another. */
  readonly credential: () => string | undefined | Promise<string | undefined>;
  readonly #agents: Agent[] = [];
  readonly #trust: () => string | undefined;
  readonly #tls: Omit<UpstreamTls, 'ca'>;
  readonly #contexts: SecureContexts;
  readonly #plugin: ExecPlugin | undefined;

  /** @param config its current context is taken */
  constructor(config: KubeConfig) {
    const cluster = config.getCurrentCluster();
    if (!cluster) throw new Error('the kubeconfig has no current cluster');
    this.server = serverOf(cluster.server);
    this.namespace = config.getContextObject(config.getCurrentContext())?.namespace;
    this.#trust = trustOf(cluster);
    this.#tls = {
      ...(cluster.tlsServerName ? { servername: cluster.tlsServerName } : {}),
      ...(cluster.skipTLSVerify ? { rejectUnauthorized: false } : {}),
    };
    const user = config.getCurrentUser();
    const plugin = user?.exec ? new ExecPlugin(user.exec as ExecConfig, cluster) : undefined;
    this.#plugin = plugin;
    this.credential = plugin ? async () => (await plugin.get()).token : ownToken(config);
    this.#contexts = new SecureContexts(this.#trust);
    this.shared = this.#connections(this.#contexts);
    this.own = this.#ownConnections(certificateOf(user));
  }

  /** @throws Error that names the file when it cannot be read or lacks the context (default: its current one) */
  static fromKubeconfig(file: string, context?: string): Upstream {
    const config = loadKubeconfig(file, context);
    return inField(`kubeconfig ${file}`, () => new Upstream(config));
  }

  /** @throws Error that names the kubeconfig when it cannot be read */
  static of(config: UpstreamConfig): Upstream {
    return config.kind === 'kubeconfig' ? Upstream.fromKubeconfig(config.file) : new Upstream(inClusterConfig(config));
  }

  get tls(): UpstreamTls {
    const ca = this.#trust();
    return { ...this.#tls, ...(ca === undefined ? {} : { ca }) };
  }

  /** Options for one connection of callers that open sockets themselves: no client certificate. */
  connectOptions(contexts = this.#contexts) {
    return { secureContext: contexts.current, lookup, ...this.#tls };
  }

  /** For http.request: an agent whose connections carry no client certificate. The caller destroys it. */
  agent(options: AgentOptions): HttpAgent {
    if (this.server.protocol === 'http:') return new HttpAgent({ ...options, lookup });
    return new UpstreamAgent(this, options);
  }

  /** For the dispatch interface of undici: connections that carry no client certificate. The caller destroys it. */
  pool(options: Pool.Options & { connectTimeout: number }): Pool {
    const connect = this.#connector(this.#contexts, options.connectTimeout);
    return new Pool(this.server.origin, { allowH2: false, ...options, connect });
  }

  /**
   * The API server answered 401 to the own credential.
   * @returns true if a request with the credential of the moment is worth a try
   */
  async refused(token: string | undefined): Promise<boolean> {
    if (this.#plugin === undefined) return false;
    this.#plugin.reject(token);
    const { certificate, token: next } = await this.#plugin.get();
    // The kept connections have shown an earlier certificate.
    if (certificate) Object.assign(this.own, this.#ownConnections());
    return certificate !== undefined || next !== token;
  }

  /** Cuts every connection. */
  async close(): Promise<void> {
    this.#plugin?.close();
    await Promise.all(this.#agents.map((agent) => agent.destroy()));
  }

  #ownConnections(certificate?: ClientCertificate): Connections {
    const plugin = this.#plugin;
    if (plugin) return this.#connections(new SecureContexts(this.#trust, () => plugin.certificate));
    return certificate ? this.#connections(new SecureContexts(this.#trust, () => certificate)) : this.shared;
  }

  #connections(contexts: SecureContexts): Connections {
    const connect = this.#connector(contexts);
    const agent = (limits: Agent.Options): Dispatcher => {
      const made = new Agent({ headersTimeout: 65_000, allowH2: false, keepAliveTimeout: 30_000, connect, ...limits });
      this.#agents.push(made);
      // A proxy between may compress what nobody asked it to.
      return made.compose(interceptors.decompress({ skipErrorResponses: false }));
    };
    return { short: agent({ connections: 32, bodyTimeout: 65_000 }), long: agent({ bodyTimeout: 0 }) };
  }

  #connector(contexts: SecureContexts, timeout?: number): buildConnector.connector {
    let made: { context: SecureContext; connect: buildConnector.connector } | undefined;
    return (options, callback) => {
      const context = contexts.current;
      if (made?.context !== context) {
        const limits = { allowH2: false, ...(timeout === undefined ? {} : { timeout }) };
        made = { context, connect: buildConnector({ ...this.connectOptions(contexts), ...limits }) };
      }
      made.connect(options, callback);
    };
  }
}

class UpstreamAgent extends HttpsAgent {
  constructor(
    private readonly upstream: Upstream,
    options: AgentOptions,
  ) {
    // A resumed session would not be checked against new CAs.
    super({ ...options, maxCachedSessions: 0 });
  }

  override createConnection(options: ClientRequestArgs, ...rest: [never?]) {
    return super.createConnection({ ...options, ...this.upstream.connectOptions() }, ...rest);
  }
}

function serverOf(server: string): URL {
  const form = 'Write it as https://HOST:PORT';
  if (!URL.canParse(server)) throw new Error(`server "${server}" is not a URL. ${form}.`);
  const url = new URL(server);
  if (url.protocol === 'https:' || (url.protocol === 'http:' && isLoopback(url.hostname))) return url;
  throw new Error(`server "${server}" does not use https. ${form} (http:// only on loopback).`);
}
