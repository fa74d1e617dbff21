import { dirname } from 'node:path';
import { findAssets, PlaneError } from '../controlplane/index.js';
import { EMBEDDED, realServer, type ServerProgram } from './api-server.js';
import { type Options } from './options.js';
import { UserError } from './user-error.js';

/** What is to serve the API, and the kubectl that came with it. */
export interface Serving {
  program: ServerProgram;
  kubectl?: string;
}

/**
 * The program for `--cluster`; a real control plane is built now where nobody did before.
 * @throws UserError when it cannot be had
 */
export async function serverProgram(
  { cluster }: Pick<Options, 'cluster'>,
  { say, signal }: { say: (line: string) => void; signal: AbortSignal },
): Promise<Serving> {
  if (cluster.kind !== 'real') return { program: EMBEDDED };
  const folder = process.env['KUBEBUILDER_ASSETS'];
  try {
    const { kubectl, ...assets } = await findAssets({ folder, minor: cluster.kubernetes, say, signal });
    const program = realServer(dirname(assets['kube-apiserver']));
    return kubectl === undefined ? { program } : { program, kubectl };
  } catch (error) {
    throw error instanceof PlaneError ? new UserError(error.message) : error;
  }
}
