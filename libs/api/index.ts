export { crds } from './crd.js';
export * from './defaults.js';
export * from './enforced.js';
export * from './gateserver.js';
export * from './gatesession.js';
export * from './gatetoken.js';
export * from './marks.js';
export * from './meta.js';
export * from './rest.js';
