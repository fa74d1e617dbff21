interface Fault {
  code?: string;
  name?: string;
  message?: string;
  cert?: { subjectaltname?: string; valid_to?: string };
}

const UNKNOWN_AUTHORITY = new Set([
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'CERT_SIGNATURE_FAILURE',
]);

/** What Go's HTTP client would say of a connection's failure: people search for these words. */
export function transportFault(error: unknown, url: URL): string {
  const { code = '', name, message = String(error), cert } = error as Fault;
  const address = `${url.hostname}:${url.port || '443'}`;
  if (name === 'TimeoutError' || code === 'ABORT_ERR') return 'context deadline exceeded';
  if (code === 'ECONNREFUSED') return `dial tcp ${refusedAddress(message) ?? address}: connect: connection refused`;
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN') return `dial tcp: lookup ${url.hostname}: no such host`;
  if (code === 'ECONNRESET' || code === 'EPIPE') return 'EOF';
  if (code === 'EPROTO') return 'http: server gave HTTP response to HTTPS client';
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID') return x509(altName(cert?.subjectaltname, message, url));
  if (code === 'CERT_HAS_EXPIRED') return x509('certificate has expired or is not yet valid');
  if (UNKNOWN_AUTHORITY.has(code)) return x509('certificate signed by unknown authority');
  return message;
}

const x509 = (why: string): string => `tls: failed to verify certificate: x509: ${why}`;

const refusedAddress = (message: string): string | undefined => /ECONNREFUSED (\S+)/.exec(message)?.[1];

function altName(names = '', message: string, url: URL): string {
  const wanted = /Host: ([^ ]+?)\. is not in/.exec(message)?.[1] ?? /IP: ([^ ]+) is not in/.exec(message)?.[1];
  const known = names.replace(/(DNS|IP Address):/g, '');
  return `certificate is valid for ${known}, not ${wanted ?? url.hostname}`;
}
