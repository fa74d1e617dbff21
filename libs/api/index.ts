export * from './console-ends.js';
export * from './console-identity.js';
export * from './cookies-blocked.js';
export { crds } from './crd.js';
export * from './defaults.js';
export * from './enforced.js';
export * from './gateserver.js';
export { gateServerSpecSchema, KEY_ROTATION_LEAST } from './gateserver.schema.js';
export * from './gatesession.js';
export * from './gatetoken.js';
export * from './marks.js';
export * from './meta.js';
export { isAddress, isDnsLabel, isDnsSubdomain, MAX_SUBDOMAIN } from './names.js';
/** Types alone: the schemas (`#libs/api/rest`) bring zod, which the pages do not need. */
export type * from './rest/index.js';
export { bare, decoded, readLinkCode, withoutTail } from './pasted.js';
