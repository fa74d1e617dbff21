export * from './gateserver.js';
export * from './gatesession.js';
export * from './gatetoken.js';
export * from './meta.js';
export * from './rest.js';
