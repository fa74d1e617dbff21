import 'reflect-metadata';
import { Upstream } from '#libs/kube';
import { EnvironmentError, exitOnFault, makeLogger } from '#libs/ops';
import { createGateway } from './application.js';
import { readConfig } from './config/config.js';

try {
  const config = readConfig(process.env);
  const logger = makeLogger('gateway', config.logLevel);
  exitOnFault(logger);
  const app = await createGateway(config, Upstream.of(config.upstream), logger);
  app.enableShutdownHooks();
  await app.listen(config.listen.port, config.listen.host);
  logger.info({ url: await app.getUrl(), publicUrls: config.publicUrls.map(String) }, 'listening');
} catch (error) {
  const known = error instanceof EnvironmentError || (error instanceof Error && 'code' in error);
  process.stderr.write(`${known ? error.message : error instanceof Error ? error.stack : String(error)}\n`);
  process.exit(1);
}
