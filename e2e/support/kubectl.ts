import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { cluster } from './cluster.js';

export interface Ran {
  code: number;
  stdout: string;
  stderr: string;
}

/** PATH with the launcher's kubectl, oc and jq behind what the machine has; a kubectl cache of its own. */
export function shellEnvironment(context = 'admin'): NodeJS.ProcessEnv {
  const { kubeconfig, bin, data } = cluster();
  return {
    ...process.env,
    KUBECONFIG: kubeconfig,
    KUBECACHEDIR: join(data, 'kubectl-cache', context),
    PATH: `${bin}:${process.env['PATH'] ?? ''}`,
  };
}

export async function run(
  command: string,
  args: string[],
  options: { input?: string; env?: NodeJS.ProcessEnv; timeoutMs?: number } = {},
): Promise<Ran> {
  const child = spawn(command, args, {
    env: options.env ?? shellEnvironment(),
    stdio: ['pipe', 'pipe', 'pipe'],
    timeout: options.timeoutMs ?? 60_000,
  });
  const out: Buffer[] = [];
  const err: Buffer[] = [];
  child.stdout.on('data', (chunk: Buffer) => out.push(chunk));
  child.stderr.on('data', (chunk: Buffer) => err.push(chunk));
  child.stdin.end(options.input ?? '');
  const code = await new Promise<number>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (status) => resolve(status ?? -1));
  });
  return { code, stdout: Buffer.concat(out).toString(), stderr: Buffer.concat(err).toString() };
}

/** kubectl in a context of the cluster's kubeconfig; never throws on a failure of kubectl: tests read code and stderr. */
export async function kubectl(
  args: string[],
  options: { context?: 'admin' | 'dev' | 'viewer'; input?: string; timeoutMs?: number } = {},
): Promise<Ran> {
  const context = options.context ?? 'admin';
  return run('kubectl', ['--context', context, ...args], {
    env: shellEnvironment(context),
    ...(options.input === undefined ? {} : { input: options.input }),
    ...(options.timeoutMs === undefined ? {} : { timeoutMs: options.timeoutMs }),
  });
}

/** As kubectl(), for what must succeed. @returns stdout @throws Error with stderr */
export async function kubectlOk(
  args: string[],
  options: { context?: 'admin' | 'dev' | 'viewer'; input?: string; timeoutMs?: number } = {},
): Promise<string> {
  const ran = await kubectl(args, options);
  if (ran.code !== 0) throw new Error(`kubectl ${args.join(' ')} failed with ${ran.code}: ${ran.stderr}`);
  return ran.stdout;
}
