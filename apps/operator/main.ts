import 'reflect-metadata';
import { NestFactory } from '@nestjs/core';
import { Upstream } from '#libs/kube';
import { EnvironmentError, exitOnFault, makeLogger, NestLogger } from '#libs/ops';
import { type OperatorConfig, readConfig } from './config/config.js';
import { OperatorModule } from './operator.module.js';

function fail(message: string): never {
  console.error(message);
  process.exit(1);
}

function config(): OperatorConfig {
  try {
    return readConfig(process.env);
  } catch (error) {
    if (error instanceof EnvironmentError) fail(error.message);
    throw error;
  }
}

async function main(): Promise<void> {
  const settings = config();
  const logger = makeLogger('operator', settings.logLevel);
  exitOnFault(logger);
  // As a pod's restart would: another replica may lead already.
  const onLost = () => process.exit(1);
  const module = OperatorModule.forRoot({ config: settings, upstream: Upstream.of(settings.upstream), logger, onLost });
  const app = await NestFactory.create(module, { logger: new NestLogger(logger), abortOnError: false });
  app.enableShutdownHooks(['SIGTERM', 'SIGINT']);
  const { host, port } = settings.listen;
  await app.listen(port, host);
  logger.info({ address: await app.getUrl() }, 'listening');
}

await main().catch((error: unknown) =>
  fail(`The operator cannot start: ${error instanceof Error ? error.message : String(error)}`),
);
