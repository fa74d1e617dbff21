export { type AuditGrant, auditedGrant } from './audit-grant.js';
export {
  type AuditEvent,
  type AuditedAction,
  type AuditResult,
  type AuditWhat,
  type AuditWho,
  resultOf,
  writeAudit,
} from './audit.js';
export { Clock, LONGEST_TIMER_MS } from './clock.js';
export { type Environment, EnvironmentError, listenAddress, readEnvironment } from './environment.js';
export { exitOnFault } from './exit-on-fault.js';
export { LineLimit, omittedWhy } from './line-limit.js';
export { type Logger, LOGGER, makeLogger } from './logger.js';
export { type Address, MetricsServer } from './metrics-server.js';
export { NestLogger } from './nest-logger.js';
export { ObservabilityModule } from './observability.module.js';
export { programConfig, type ProgramConfig, programVariables, upstreamNamed } from './program-environment.js';
