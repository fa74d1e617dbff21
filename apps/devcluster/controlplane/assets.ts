import { constants, mkdirSync, renameSync, rmSync, symlinkSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import lockfile from 'proper-lockfile';
import { nativeFault } from '../process/child.js';
import { isAccessible } from '../process/find-program.js';
import { makeFolder } from '../process/make-folder.js';
import { build, type BuildOptions, cacheKey } from './build.js';
import { PlaneError } from './errors.js';
import { releaseOf } from './release.js';

const PROGRAMS = ['etcd', 'kube-apiserver', 'kube-controller-manager'] as const;
const KUBECTL = 'kubectl';
/** A builder renews its lock; one that did not for so long was killed. */
const STALE_MS = 20_000;
const RETRY_MS = 1000;

/** Paths of the programs of a control plane. */
export type Assets = Record<(typeof PROGRAMS)[number], string> & {
  /** The kubectl of the same release, where the folder has one. */
  kubectl?: string;
};

export interface AssetOptions extends Waiting {
  /** `1.37`; default: the newest. Not together with `folder`. */
  minor?: string | undefined;
  /** A folder that has the programs: the value of KUBEBUILDER_ASSETS, as envtest of controller-runtime names it. */
  folder?: string | undefined;
  /** Where built programs are kept: some 150 MB a release. */
  cache?: string;
}

/** Outside of any checkout, so that a fresh clone finds what another one built. */
const defaultCache = (): string =>
  join(process.env['XDG_CACHE_HOME'] || join(homedir(), '.cache'), 'kube-gateway', 'controlplane');

/**
 * The programs of a control plane: those of `folder` where it is given, else built from Go modules, once.
 * @throws PlaneError when they cannot run here, the folder lacks one, Go is not installed, they cannot be built, or `signal` stopped it
 */
export async function findAssets({ folder, ...options }: AssetOptions): Promise<Assets> {
  const fault = nativeFault();
  if (fault) throw new PlaneError(`A real control plane ${fault}.`);
  if (folder && options.minor !== undefined) {
    throw new PlaneError(
      `--kubernetes ${options.minor} selects a release to build, but KUBEBUILDER_ASSETS=${folder} provides one already. Use only one of the two.`,
    );
  }
  if (folder) return assetsIn(folder);
  try {
    return assetsIn(await built(options));
  } catch (error) {
    if (!options.signal?.aborted) throw error;
    throw new PlaneError('The build was interrupted. The next start continues it.');
  }
}

/** @returns the folder of the built programs */
async function built({ minor, cache = defaultCache(), ...rest }: Omit<AssetOptions, 'folder'>): Promise<string> {
  const release = releaseOf(minor);
  const target = join(cache, `${release.kubernetes}-${await cacheKey(release, rest.signal)}`);
  if (isWhole(target)) return target;
  await locked(cache, rest, async () => {
    if (!isWhole(target)) install(await build({ release, cache, ...rest }), target);
  });
  return target;
}

type Waiting = Pick<BuildOptions, 'say' | 'signal'>;

/** One builder at a time; those that waited find what the first one built. */
async function locked(cache: string, waiting: Waiting, work: () => Promise<void>): Promise<void> {
  try {
    makeFolder(cache);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new PlaneError(`Cannot write the cache of built programs (${why}). Set XDG_CACHE_HOME to a writable folder.`);
  }
  const release = await lock(cache, waiting);
  await work().finally(release);
}

/** The library's own retries know no signal. @throws what `signal` is aborted with */
async function lock(cache: string, { say, signal }: Waiting): Promise<() => Promise<void>> {
  for (let told = false; ; told = true) {
    try {
      return await lockfile.lock(cache, { lockfilePath: join(cache, 'lock'), stale: STALE_MS });
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'ELOCKED')) throw error;
    }
    if (!told) say('waiting for another process that is building a control plane ...');
    await sleep(RETRY_MS, undefined, { signal });
  }
}

const isProgram = (path: string): boolean => isAccessible(path, constants.X_OK);

const isWhole = (folder: string): boolean => PROGRAMS.every((name) => isProgram(join(folder, name)));

function assetsIn(folder: string): Assets {
  const missing = PROGRAMS.filter((name) => !isProgram(join(folder, name)));
  if (missing.length > 0) {
    throw new PlaneError(
      `KUBEBUILDER_ASSETS=${folder} lacks ${missing.join(', ')}. Add what is missing, ` +
        'or unset the variable to build everything with Go.',
    );
  }
  const paths = Object.fromEntries(PROGRAMS.map((name) => [name, join(folder, name)])) as Assets;
  const kubectl = join(folder, KUBECTL);
  return isProgram(kubectl) ? { ...paths, kubectl } : paths;
}

/** One program, called by four names. Whole or not there: it is put together beside its place and renamed. */
function install(binary: string, target: string): void {
  const partial = `${target}.${process.pid}`;
  rmSync(partial, { recursive: true, force: true });
  mkdirSync(partial, { recursive: true });
  renameSync(binary, join(partial, 'controlplane'));
  for (const name of [...PROGRAMS, KUBECTL]) symlinkSync('controlplane', join(partial, name));
  rmSync(target, { recursive: true, force: true });
  renameSync(partial, target);
}
