/**
 * The REST API: what it reads and answers, a schema each with the type of the same name. Field names are kebab-case, as
 * in the custom resources; instants are RFC 3339.
 */
export * from './events.js';
export * from './gatesession.js';
export * from './gatetoken.js';
export * from './grant.js';
export * from './link.js';
export * from './missing-right.js';
export * from './names.js';
export * from './session.js';
export * from './status.js';
export * from './vm.js';
