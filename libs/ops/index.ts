export { Clock } from './clock.js';
export { type Environment, EnvironmentError, listenAddress, logLevel, readEnvironment } from './environment.js';
export { type Logger, LOGGER, makeLogger } from './logger.js';
export { type Address, MetricsServer } from './metrics-server.js';
export { NestLogger } from './nest-logger.js';
export { ObservabilityModule } from './observability.module.js';
export { upstreamNamed, upstreamOf, upstreamVariables } from './upstream-environment.js';
