export { type Logger, LOGGER, makeLogger } from './logger.js';
export { type Address, MetricsServer } from './metrics-server.js';
export { NestLogger } from './nest-logger.js';
export { ObservabilityModule } from './observability.module.js';
