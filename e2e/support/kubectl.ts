import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { cluster } from './cluster.js';

export interface Ran {
  code: number;
  stdout: string;
  stderr: string;
}

export interface KubectlOptions {
  context?: 'admin' | 'dev' | 'viewer';
  input?: string;
  /** After this it is ended, and its code is -1. Default: a minute. */
  timeoutMs?: number;
  /** On top of the environment that finds kubectl and the cluster. */
  env?: Record<string, string>;
}

/** PATH with the launcher's kubectl, oc and jq before what the machine has; a kubectl cache of its own. */
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
  child.stdin.on('error', () => undefined); // It may end without reading what it is given.
  child.stdin.end(options.input ?? '');
  const code = await new Promise<number>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (status) => resolve(status ?? -1));
  });
  return { code, stdout: Buffer.concat(out).toString(), stderr: Buffer.concat(err).toString() };
}

/** The words of a command as the shell cuts them: blanks between, '…' around what has blanks. */
function words(command: string): string[] {
  return (command.match(/(?:'[^']*'|[^\s'])+/g) ?? []).map((word) => word.replaceAll("'", ''));
}

/** The command line and environment of kubectl in a context. */
export function commandOf(command: string | string[], { context = 'admin', env = {} }: KubectlOptions) {
  const args = typeof command === 'string' ? words(command) : command;
  return { args: ['--context', context, ...args], env: { ...shellEnvironment(context), ...env } };
}

/**
 * kubectl in a context of the cluster's kubeconfig; never throws on a failure of kubectl: tests read code and stderr.
 * @param command what follows "kubectl", as typed (`get pods -o wide`) or in words
 */
export async function kubectl(command: string | string[], options: KubectlOptions = {}): Promise<Ran> {
  const { args, env } = commandOf(command, options);
  const { input, timeoutMs } = options;
  return run('kubectl', args, {
    env,
    ...(input === undefined ? {} : { input }),
    ...(timeoutMs === undefined ? {} : { timeoutMs }),
  });
}

/** As kubectl(), for what must succeed. @returns stdout @throws Error with stderr */
export async function kubectlOk(command: string | string[], options: KubectlOptions = {}): Promise<string> {
  const ran = await kubectl(command, options);
  if (ran.code === 0) return ran.stdout;
  const typed = typeof command === 'string' ? command : command.join(' ');
  throw new Error(`kubectl ${typed} failed with ${ran.code}: ${ran.stderr}${ran.stdout}`);
}

/** As kubectl(), for what must be refused. @returns stderr @throws Error when it succeeds */
export async function kubectlFails(command: string | string[], options: KubectlOptions = {}): Promise<string> {
  const ran = await kubectl(command, options);
  if (ran.code > 0) return ran.stderr;
  const typed = typeof command === 'string' ? command : command.join(' ');
  throw new Error(`kubectl ${typed} ended with ${ran.code}: ${ran.stdout}${ran.stderr}`);
}
