export interface UpstreamTls {
  ca?: string | Buffer;
  cert?: string | Buffer;
  key?: string | Buffer;
  servername?: string;
  rejectUnauthorized?: boolean;
}

/** What an Upstream is made from. */
export interface UpstreamOptions {
  server: URL;
  namespace?: string | undefined;
  /** What every connection shows: CA and server name, never a client certificate. */
  tls: UpstreamTls;
  /** The own client certificate, PEM. */
  clientCertificate?: { cert: string | Buffer; key: string | Buffer } | undefined;
  /** The own bearer token. */
  token?: (() => string | undefined) | undefined;
  /** Where the own token is got by a program or a sign-in: asked before each request instead of `token`. */
  asyncToken?: (() => Promise<string | undefined>) | undefined;
}
