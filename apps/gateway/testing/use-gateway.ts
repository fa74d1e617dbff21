import { beforeAll } from 'vitest';
import { startGateway, TestCluster, type TestGateway } from './gateway.js';

/**
 * One cluster and one gateway in front of it, for all tests of the file that calls this: started before the file's own
 * hooks, closed after them. The gateway has no fields before it is started.
 * @param env settings beyond those that every gateway in tests has
 */
export function useGateway(env: Record<string, string> = {}): { cluster: TestCluster; gateway: TestGateway } {
  const cluster = new TestCluster();
  const gateway = {} as TestGateway;
  beforeAll(async () => {
    await cluster.listen();
    Object.assign(gateway, await startGateway(cluster, env));
    return async () => {
      await gateway.close();
      await cluster.close();
    };
  });
  return { cluster, gateway };
}
