import { dirname } from 'node:path';
import { findAssets, PlaneError } from '../controlplane/index.js';
import { EMBEDDED, realServer, type ServerProgram } from './api-server.js';
import { type Options } from './options.js';
import { UserError } from './user-error.js';

/** The program that serves the API, and the kubectl that came with it. */
export interface Serving {
  program: ServerProgram;
  kubectl?: string;
}

/**
 * The program for `--cluster`; builds a real control plane if it was not built before.
 * @throws UserError when it is missing and cannot be built
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
