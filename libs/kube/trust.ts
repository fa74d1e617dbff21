import { type Cluster, type User } from '@kubernetes/client-node';
import { createPrivateKey } from 'node:crypto';
import { createSecureContext, type SecureContext } from 'node:tls';
import { readCertificates } from './certificates.js';
import { RenewedFile, readText } from './renewed-file.js';

export interface ClientCertificate {
  readonly cert: string;
  readonly key: string;
}

/**
 * The CAs of a cluster: from its kubeconfig, or from a file, which is read again when it has changed.
 * @returns undefined: those of the system
 * @throws Error that names the field when they cannot be used
 */
export function trustOf({ caData, caFile }: Cluster): () => string | undefined {
  if (caData) {
    const ca = inField('certificate-authority-data', () => readCertificates(decode(caData)));
    return () => ca;
  }
  if (!caFile) return () => undefined;
  const file = new RenewedFile(caFile, (text) => inField(caFile, () => readCertificates(text)));
  inField('certificate-authority', () => file.readNow());
  return () => file.current;
}

/** @throws Error that names the fields when there is a certificate or a key and they cannot be used */
export function certificateOf(user: User | null): ClientCertificate | undefined {
  const cert = fileOrData('client-certificate', user?.certFile, user?.certData);
  const key = fileOrData('client-key', user?.keyFile, user?.keyData);
  if (!cert && !key) return undefined;
  if (!cert || !key) throw new Error(`client-certificate and client-key belong together: one of them is missing`);
  inField('client-certificate', () => readCertificates(cert));
  inField('client-key', () => checkKey(key));
  inField('client-certificate and client-key', () => checkPair(cert, key));
  return { cert, key };
}

/** A TLS context that follows the CAs of the moment. */
export class SecureContexts {
  #made: { ca: string | undefined; certificate: ClientCertificate | undefined; context: SecureContext } | undefined;

  constructor(
    private readonly trust: () => string | undefined,
    private readonly certificate: () => ClientCertificate | undefined = () => undefined,
  ) {}

  /** The same object while nothing has changed. */
  get current(): SecureContext {
    const [ca, certificate] = [this.trust(), this.certificate()];
    if (this.#made === undefined || this.#made.ca !== ca || this.#made.certificate !== certificate) {
      const context = createSecureContext({ ...certificate, ...(ca === undefined ? {} : { ca }) });
      this.#made = { ca, certificate, context };
    }
    return this.#made.context;
  }
}

function checkKey(key: string): void {
  try {
    createPrivateKey(key);
  } catch (cause) {
    throw new Error('it cannot be read. Use a private key in PEM format without a passphrase', { cause });
  }
}

function checkPair(cert: string, key: string): void {
  try {
    createSecureContext({ cert, key });
  } catch (cause) {
    throw new Error('they do not belong together', { cause });
  }
}

function fileOrData(field: string, file: string | undefined, data: string | undefined): string | undefined {
  if (data) return inField(`${field}-data`, () => decode(data));
  return file ? inField(field, () => readText(file)) : undefined;
}

function decode(base64: string): string {
  if (!/^[A-Za-z0-9+/\s]*[=\s]*$/.test(base64))
    throw new Error('it is not base64. Encode the PEM text, as "base64 -w0 FILE" does');
  return Buffer.from(base64, 'base64').toString('utf8');
}

/** @throws Error that begins with the field, of what `read` throws */
export function inField<T>(field: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    const [why] = (error instanceof Error ? error.message : String(error)).split('\n');
    throw new Error(`${field}: ${why}`, { cause: error });
  }
}
