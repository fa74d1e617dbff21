import 'reflect-metadata';
import { Upstream } from '#libs/kube';
import { EnvironmentError, makeLogger } from '#libs/ops';
import { createGateway } from './application.js';
import { readConfig } from './config/config.js';

try {
  const config = readConfig(process.env);
  const logger = makeLogger('gateway', config.logLevel);
  // The state of the process is unknown: Kubernetes restarts it.
  process.on('unhandledRejection', (err) => {
    logger.fatal({ err }, 'unhandled rejection');
    process.exit(1);
  });
  const app = await createGateway(config, Upstream.of(config.upstream), logger);
  app.enableShutdownHooks();
  await app.listen(config.listen.port, config.listen.host);
  logger.info({ url: await app.getUrl(), publicUrls: config.publicUrls.map(String) }, 'listening');
} catch (error) {
  const known = error instanceof EnvironmentError || (error instanceof Error && 'code' in error);
  process.stderr.write(`${known ? error.message : error instanceof Error ? error.stack : String(error)}\n`);
  process.exit(1);
}
