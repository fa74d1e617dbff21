/** A certificate and its private key (PKCS#8), both PEM. */
export interface PemPair {
  readonly cert: string;
  readonly key: string;
}

/** What the certificate is for: the end of the connection that shows it. */
export type KeyUsage = 'server' | 'client';

export interface CertificateRequest {
  /** Common name: the user's name in a client certificate. */
  readonly cn: string;
  /** Organisations: the groups in a client certificate. */
  readonly org?: string | readonly string[];
  /** DNS names, `*.example.org` included. */
  readonly dns?: readonly string[];
  /** IPv4 or IPv6 addresses. */
  readonly ips?: readonly string[];
  /** Default: `['server']`. */
  readonly usages?: readonly KeyUsage[];
  /** Default 365. */
  readonly days?: number;
  /** The present; default: the clock of this machine. */
  readonly now?: Date;
}

export type PkiErrorCode = 'bad-ca' | 'bad-name' | 'bad-address' | 'bad-days';

/** A request that cannot become a certificate. The message says what to change. */
export class PkiError extends Error {
  override readonly name = 'PkiError';
  constructor(
    readonly code: PkiErrorCode,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}
