import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { start as startControllers } from '../../../apps/devcluster/controllers/index.js';
import { type ApiServer, startApiServer } from '../../support/api-server.js';
import { type ClusterKind } from '../../support/cluster.js';

/** The API server of the embedded cluster with its controllers. */
export async function startEmbedded(): Promise<ApiServer> {
  const server = await startInFolder('embedded');
  const controllers = await startControllers({ kubeconfig: server.kubeconfig }).catch(async (error: unknown) => {
    await server.stop();
    throw error;
  });
  return {
    ...server,
    async stop() {
      await controllers.stop();
      await server.stop();
    },
  };
}

/** kube-apiserver, kube-controller-manager and etcd. */
export const startReal = (): Promise<ApiServer> => startInFolder('real');

async function startInFolder(kind: ClusterKind): Promise<ApiServer> {
  const data = mkdtempSync(join(tmpdir(), `kube-gateway-differential-${kind}-`));
  const tidy = (): void => rmSync(data, { recursive: true, force: true });
  const server = await startApiServer(kind, data).catch((error: unknown) => {
    tidy();
    throw error;
  });
  return {
    ...server,
    async stop() {
      await server.stop();
      tidy();
    },
  };
}
