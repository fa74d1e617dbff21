import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { createWriteStream, readFileSync, rmSync, statfsSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import { Child, nativeProgram } from '../process/child.js';
import { PlaneError } from './errors.js';
import { type Release, SOURCE } from './release.js';

const run = promisify(execFile);
/** 3.6 GB of build cache, 1 GB of modules and the program itself, rounded up. */
const NEEDED_BYTES = 6e9;
const SAY_EVERY_MS = 15_000;
/** These and `-trimpath` leave nothing of this machine in the program. */
const BUILD_FLAGS = ['-trimpath', '-buildvcs=false', '-mod=readonly'];
const VERSION = 'k8s.io/component-base/version';

export interface BuildOptions {
  release: Release;
  /** Folder for the program, the compiler's cache while it builds, and the log. */
  cache: string;
  /** Told of the progress, a line at a time. */
  say: (line: string) => void;
  /** Ends the build; what is compiled is there for the next. */
  signal?: AbortSignal | undefined;
}

/** Differs where the program would: by its sources, its modules and the compiler. @throws PlaneError without Go */
export async function cacheKey({ modFile }: Release, signal?: AbortSignal): Promise<string> {
  const hash = createHash('sha256');
  for (const name of [modFile, modFile.replace(/mod$/, 'sum'), 'main.go'])
    hash.update(readFileSync(join(SOURCE, name)));
  hash.update(await goVersion(signal));
  return hash.digest('hex').slice(0, 16);
}

/** Downloads the compiler first, where Go is older than the module wants it. */
async function goVersion(signal: AbortSignal | undefined): Promise<string> {
  try {
    const { stdout } = await run('go', ['env', 'GOVERSION'], { cwd: SOURCE, signal });
    return stdout.trim();
  } catch (error) {
    const hint =
      'Install Go 1.26 or later to build them once (about 10 minutes), or set KUBEBUILDER_ASSETS to a folder that contains them';
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') {
      throw new PlaneError(
        `A real control plane needs etcd, kube-apiserver and kube-controller-manager, and Go, which builds them, was not found. ${hint}.`,
      );
    }
    throw new PlaneError(
      `Cannot run Go (${lastLine(error)}), which builds etcd, kube-apiserver and kube-controller-manager. ${hint}.`,
    );
  }
}

/** A failed program's last line, else the error's own. */
const lastLine = (error: unknown): string => {
  const stderr = error instanceof Error && 'stderr' in error ? String(error.stderr).trim() : '';
  return (stderr || (error instanceof Error ? error.message : String(error))).split('\n').at(-1) ?? '';
};

/**
 * Compiles the program of a release.
 * @returns its path, in `cache`
 * @throws PlaneError when there is not enough disk, or it does not compile
 */
export async function build(options: BuildOptions): Promise<string> {
  const { release, cache, say } = options;
  checkDisk(cache);
  const name = `Kubernetes ${release.kubernetes}`;
  say(`${name} is built once from its Go modules, kept in ${cache}: about 10 minutes on two cores`);
  const binary = join(cache, `${release.kubernetes}.new`);
  // A compiler's cache of its own: it is of no use to anything else, and 3.6 GB.
  const env = { ...process.env, CGO_ENABLED: '0', GOCACHE: join(cache, 'go-build'), GOFLAGS: '' } as Record<
    string,
    string
  >;
  const module = [...BUILD_FLAGS, `-modfile=${release.modFile}`];
  const total = await packagesToCompile(module, env, options.signal);
  const flags = ['-v', '-ldflags', linkerFlags(release), '-o', binary];
  await go(['build', ...module, ...flags, '.'], env, options, (count, seconds) =>
    say(`compiling ${name}: ${Math.min(count, total)} of ${total} packages after ${seconds} s`),
  );
  rmSync(env['GOCACHE'] ?? '', { recursive: true, force: true });
  return binary;
}

function checkDisk(folder: string): void {
  const { bavail, bsize } = statfsSync(folder);
  if (bavail * bsize >= NEEDED_BYTES) return;
  const free = ((bavail * bsize) / 1e9).toFixed(1);
  throw new PlaneError(
    `${folder} has only ${free} GB free; building a control plane takes ${NEEDED_BYTES / 1e9} GB for a few minutes. ` +
      'Free some space, or set XDG_CACHE_HOME to a folder on another disk.',
  );
}

/** Downloads the modules first, where they are not there. */
async function packagesToCompile(
  module: string[],
  env: Record<string, string>,
  signal: AbortSignal | undefined,
): Promise<number> {
  const format = '{{if .Stale}}{{.ImportPath}}{{end}}';
  const [program, ...args] = nativeProgram('go', 'list', ...module, '-deps', '-f', format, '.');
  try {
    const { stdout } = await run(program, args, {
      cwd: SOURCE,
      env,
      signal,
      maxBuffer: 16 * 1024 * 1024,
    });
    return stdout.split('\n').filter(Boolean).length;
  } catch (error) {
    throw new PlaneError(`Cannot download the Go modules of Kubernetes: ${lastLine(error)}`);
  }
}

function linkerFlags({ kubernetes }: Release): string {
  const [major, minor] = kubernetes.split('.');
  const values = {
    gitVersion: `v${kubernetes}`,
    gitMajor: major,
    gitMinor: minor,
    gitTreeState: 'clean',
    gitCommit: 'none',
    buildDate: '1970-01-01T00:00:00Z',
  };
  return ['-s', '-w', ...Object.entries(values).map(([name, value]) => `-X ${VERSION}.${name}=${value}`)].join(' ');
}

/** Runs `go -v`, which names each package that it has compiled. */
async function go(
  args: string[],
  env: Record<string, string>,
  { cache, signal, release }: BuildOptions,
  progress: (packages: number, seconds: number) => void,
): Promise<void> {
  const logFile = join(cache, `${release.kubernetes}.log`);
  const log = createWriteStream(logFile);
  log.on('error', () => undefined); // A full disk is what go's own last line says.
  const started = Date.now();
  const child = new Child(nativeProgram('go', ...args), { env, cwd: SOURCE });
  const stop = (): void => void child.stop(2000);
  if (signal?.aborted) stop();
  signal?.addEventListener('abort', stop, { once: true });
  let packages = 0;
  let words = '';
  const lines = createInterface(child.stderr);
  lines.on('line', (line) => {
    log.write(`${line}\n`);
    if (/^[\w.-]+(\/[\w.~-]+)*$/.test(line)) packages += 1;
    else if (line && !line.startsWith('go: downloading ')) words = line;
  });
  const timer = setInterval(() => progress(packages, Math.round((Date.now() - started) / 1000)), SAY_EVERY_MS);
  const { code } = await child.exited;
  clearInterval(timer);
  signal?.removeEventListener('abort', stop);
  log.end();
  if (code !== 0) {
    const why = words || `go exited with code ${code}`;
    throw new PlaneError(`Cannot compile Kubernetes ${release.kubernetes}: ${why} (log: ${logFile})`);
  }
}
