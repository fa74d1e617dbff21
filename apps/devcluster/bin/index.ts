import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { builtProgram } from '../process/child.js';
import { findOnPath } from '../process/find-program.js';
import { findKubectl } from './kubectl.js';
import { kubectlShim, missing, ocShim, passOn, runScript } from './shims.js';

export interface ToolOptions {
  /** Where the commands go. */
  bin: string;
  kubeconfig: string;
  /** The kubectl of the control plane's own release, where there is one: it comes before any other. */
  kubectl?: string | undefined;
  /** Where a downloaded kubectl is kept: shared by all data folders. */
  cache: string;
  /** Receives a line before something is downloaded. */
  say: (line: string) => void;
  path?: string;
}

/**
 * Puts `kubectl`, `oc` and `jq` into one folder: a kubectl that fits the cluster, jq the machine's own or a stand-in.
 * Where no kubectl can be had, the commands say why.
 * @returns whether kubectl can be used
 */
export async function installTools(options: ToolOptions): Promise<boolean> {
  const { bin, kubeconfig, cache, say, path = process.env['PATH'] ?? '' } = options;
  mkdirSync(bin, { recursive: true });
  const onPath = (): string | undefined => findOnPath('kubectl', path, bin);
  const found = await (options.kubectl ?? findKubectl({ onPath, cache, say }).catch((error: Error) => error));
  if (found instanceof Error) for (const name of ['kubectl', 'oc']) put(bin, name, missing(found.message));
  else {
    const paths = { kubectl: found, kubeconfig, cache: join(bin, '..', 'kubectl-cache') };
    put(bin, 'kubectl', kubectlShim(paths));
    put(bin, 'oc', ocShim(paths));
  }
  const jq = findOnPath('jq', path, bin);
  put(bin, 'jq', jq ? passOn(jq) : runScript(process.execPath, builtProgram('apps/devcluster/bin/jq.js')));
  return !(found instanceof Error);
}

function put(folder: string, name: string, text: string): void {
  writeFileSync(join(folder, name), text, { mode: 0o755 });
}
