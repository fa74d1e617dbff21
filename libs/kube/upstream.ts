import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createSecureContext, type SecureContext } from 'node:tls';
import { Agent, type Dispatcher } from 'undici';
import { readKubeconfig } from './kubeconfig.js';
import { isLoopback, lookup } from './lookup.js';
import { TokenFile } from './token-file.js';
import { type UpstreamOptions, type UpstreamTls } from './upstream-options.js';

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
 * One API server: the one place for its CA, TLS context, rotating token and connections.
 *
 * There are two sets of connections. `dispatcher`, `watchDispatcher`, `tls` and `secureContext` carry no client
 * certificate: for requests that bring a credential of somebody else (an API server believes a certificate before it
 * looks at a token). `own.*` show the own client certificate, where the kubeconfig has one.
 */
export class Upstream {
  readonly server: URL;
  readonly namespace: string | undefined;
  readonly tls: UpstreamTls;
  readonly secureContext: SecureContext;
  readonly dispatcher: Dispatcher;
  /** For watches and other long answers: without the cap that short requests have. */
  readonly watchDispatcher: Dispatcher;
  readonly own: { readonly dispatcher: Dispatcher; readonly watchDispatcher: Dispatcher };
  readonly #options: UpstreamOptions;
  readonly #agents: Agent[] = [];

  constructor(options: UpstreamOptions) {
    const { server, tls, clientCertificate } = options;
    if (server.protocol !== 'https:' && !(server.protocol === 'http:' && isLoopback(server.hostname))) {
      throw new Error(`${server.origin}: an API server is reached by https:// (http:// only on loopback)`);
    }
    this.#options = options;
    this.server = server;
    this.namespace = options.namespace;
    this.tls = tls;
    this.secureContext = createSecureContext(tls.ca === undefined ? {} : { ca: tls.ca });
    this.dispatcher = this.#agent(this.secureContext, 'short');
    this.watchDispatcher = this.#agent(this.secureContext, 'watch');
    this.own = clientCertificate ? this.#ownAgents(clientCertificate) : this;
  }

  /**
   * Reads a kubeconfig with the library of the Kubernetes project.
   * @param context default: its current context
   * @throws Error that names the file when it cannot be read or lacks the context
   */
  static fromKubeconfig(file: string, context?: string): Upstream {
    return new Upstream(readKubeconfig(file, context));
  }

  /** The API server of the pod's own environment, with its service account. */
  static inCluster(env: InClusterEnvironment): Upstream {
    const host = env.host.includes(':') ? `[${env.host}]` : env.host;
    const token = new TokenFile(join(env.dir, 'token'));
    const namespace = read(join(env.dir, 'namespace'))?.toString('utf8').trim();
    const ca = read(join(env.dir, 'ca.crt'));
    return new Upstream({
      server: new URL(env.url || `https://${host}:${env.port}`),
      namespace: namespace === '' ? undefined : namespace,
      tls: ca ? { ca } : {},
      token: () => token.read(),
    });
  }

  /** The own bearer token, re-read from its file at most every 10 s; undefined where the own credential is another. */
  token(): string | undefined {
    return this.#options.token?.();
  }

  /** The own bearer token, also where a program must be asked for it. */
  async credential(): Promise<string | undefined> {
    return this.#options.asyncToken ? this.#options.asyncToken() : this.token();
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

  #ownAgents(certificate: { cert: string | Buffer; key: string | Buffer }) {
    const { ca } = this.tls;
    const context = createSecureContext({ ...certificate, ...(ca === undefined ? {} : { ca }) });
    return { dispatcher: this.#agent(context, 'short'), watchDispatcher: this.#agent(context, 'watch') };
  }

  #agent(secureContext: SecureContext, use: 'short' | 'watch'): Agent {
    const agent = new Agent({
      // Watches last; the short requests share few connections.
      ...(use === 'short'
        ? { connections: 32, headersTimeout: 65_000, bodyTimeout: 65_000 }
        : { headersTimeout: 65_000, bodyTimeout: 0 }),
      allowH2: false,
      keepAliveTimeout: 30_000,
      connect: { ...this.connectOptions(), secureContext },
    });
    this.#agents.push(agent);
    return agent;
  }
}

function read(file: string): Buffer | undefined {
  try {
    return readFileSync(file);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
}
