export { type CertificateRequest, type PemPair, PkiError, type PkiErrorCode, type Usage } from './shapes.js';
export { type CaOptions, makeCa } from './ca.js';
export { issueCertificate, issueCertificate as issue } from './certificate.js';
