export { type PemPair, PkiError } from './shapes.js';
export { makeCa } from './ca.js';
export { makeCertificate } from './certificate.js';
