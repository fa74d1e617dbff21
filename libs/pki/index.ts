export { type PemPair, PkiError } from './shapes.js';
export { makeCa } from './ca.js';
export { issue } from './certificate.js';
