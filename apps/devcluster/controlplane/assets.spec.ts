import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import lockfile from 'proper-lockfile';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { findAssets } from './assets.js';
import { PlaneError } from './errors.js';
import { releaseOf, releases } from './release.js';

let folder: string;
const said: string[] = [];
const say = (line: string): void => void said.push(line);

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'assets-'));
  said.length = 0;
});

afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true, force: true });
});

const program = (name: string, text = '#!/bin/sh\n'): void => {
  writeFileSync(join(folder, name), text);
  chmodSync(join(folder, name), 0o755);
};

/** A fake `go` that answers `env`, `build` and `list`. */
function stubGo(build: string, list = 'echo a; echo b'): void {
  mkdirSync(join(folder, 'path'));
  program(
    'path/go',
    `#!/bin/sh
case "$1" in
  env) echo go1.26.0 ;;
  list) ${list} ;;
  build) echo example.org/a >&2; ${build} ;;
esac
`,
  );
  vi.stubEnv('PATH', `${join(folder, 'path')}:${process.env['PATH'] ?? ''}`);
}

/** Writes what follows -o. */
const WRITES = 'while [ "$1" != -o ]; do shift; done; echo program > "$2"; chmod +x "$2"';

test('the folder of KUBEBUILDER_ASSETS is taken as it is', async () => {
  for (const name of ['etcd', 'kube-apiserver', 'kube-controller-manager']) program(name);
  const assets = await findAssets({ folder, say });
  expect(assets).toEqual({
    etcd: join(folder, 'etcd'),
    'kube-apiserver': join(folder, 'kube-apiserver'),
    'kube-controller-manager': join(folder, 'kube-controller-manager'),
  });
  program('kubectl');
  expect((await findAssets({ folder, say })).kubectl).toBe(join(folder, 'kubectl'));
  expect(said).toEqual([]);
});

test('a folder that lacks one says which, in one line', async () => {
  program('etcd');
  program('kube-apiserver');
  await expect(findAssets({ folder, say })).rejects.toThrow(
    new PlaneError(
      `KUBEBUILDER_ASSETS=${folder} lacks kube-controller-manager. Add what is missing, or unset the variable to build everything with Go.`,
    ),
  );
  await expect(findAssets({ folder: join(folder, 'nothing'), say })).rejects.toThrow('lacks etcd, kube-apiserver');
});

test('a folder and a release to build exclude each other', async () => {
  for (const name of ['etcd', 'kube-apiserver', 'kube-controller-manager']) program(name);
  await expect(findAssets({ folder, minor: '1.36', say })).rejects.toThrow(
    new PlaneError(
      `--kubernetes 1.36 selects a release to build, but KUBEBUILDER_ASSETS=${folder} provides one already. Use only one of the two.`,
    ),
  );
});

/** A PATH with nothing but the setpriv of this machine, or a program of that name. */
function bare(text?: string): void {
  if (text === undefined)
    symlinkSync(execFileSync('which', ['setpriv'], { encoding: 'utf8' }).trim(), join(folder, 'setpriv'));
  else program('setpriv', text);
  vi.stubEnv('PATH', folder);
}

test.each([
  { where: 'without setpriv', text: '#!/bin/sh\nexit 127\n' },
  { where: 'with that of busybox', text: `#!/bin/sh\n[ "$1" != --pdeathsig ]\n` },
])('$where it says what is needed, in one line', async ({ text }) => {
  bare(text);
  for (const given of [{ folder }, { cache: folder }]) {
    await expect(findAssets({ ...given, say })).rejects.toThrow(
      new PlaneError('A real control plane needs Linux with setpriv (util-linux) on the PATH.'),
    );
  }
});

test('without Go it says how to get the programs, in one line', async () => {
  bare();
  const failure = await findAssets({ cache: folder, say }).catch((error: unknown) => error);
  expect(failure).toBeInstanceOf(PlaneError);
  expect((failure as Error).message).toMatch(/Go.* was not found.*Install Go.*KUBEBUILDER_ASSETS/);
  expect((failure as Error).message).not.toContain('\n');
});

test('they are built once, and found by the next', async () => {
  stubGo(WRITES);
  const cache = join(folder, 'cache');
  const first = await findAssets({ cache, say });
  expect(readlinkSync(first.etcd)).toBe('controlplane');
  expect(said.join()).toContain(`Kubernetes ${releaseOf(undefined).kubernetes} is built once`);
  const before = said.length;
  expect(await findAssets({ cache, say })).toEqual(first);
  expect(said).toHaveLength(before);
  expect(readdirSync(cache).filter((name) => name.includes('go-build'))).toEqual([]);
});

test('two at once build it once', async () => {
  stubGo(`echo built >> ${folder}/count; ${WRITES}`);
  const cache = join(folder, 'cache');
  const both = await Promise.all([findAssets({ cache, say }), findAssets({ cache, say })]);
  expect(both[0]).toEqual(both[1]);
  const builds = said.filter((line) => line.includes('is built once'));
  expect(builds).toHaveLength(1);
});

test('one that does not compile says why, and leaves nothing that looks like it', async () => {
  stubGo('echo "main.go:7:2: undefined: etcdmain" >&2; exit 1');
  const cache = join(folder, 'cache');
  await expect(findAssets({ cache, say })).rejects.toThrow(
    /^Cannot compile Kubernetes 1\.\d+\.\d+: main\.go:7:2: undefined: etcdmain \(log: /,
  );
  stubGoAgain();
  await expect(findAssets({ cache, say })).rejects.toThrow(/^Cannot compile/);

  function stubGoAgain(): void {
    program('path/go', '#!/bin/sh\ncase "$1" in env) echo go1.26.0 ;; list) ;; *) exit 1 ;; esac\n');
  }
});

test.skipIf(!existsSync('/dev/full'))('a disk that is full is what go says of it', async () => {
  stubGo('echo "write /x/b1: no space left on device" >&2; exit 1');
  const cache = join(folder, 'cache');
  mkdirSync(cache);
  symlinkSync('/dev/full', join(cache, `${releaseOf(undefined).kubernetes}.log`));
  await expect(findAssets({ cache, say })).rejects.toThrow(
    /^Cannot compile .*: write \/x\/b1: no space left on device/,
  );
});

test.each([
  { what: 'compiles', build: 'exec sleep 60', list: undefined },
  { what: 'downloads', build: WRITES, list: 'exec sleep 60' },
])('a build that is stopped while it $what says so', async ({ build, list }) => {
  stubGo(build, list);
  const stopping = new AbortController();
  const building = findAssets({ cache: join(folder, 'cache'), say, signal: stopping.signal });
  await expect.poll(() => said).not.toHaveLength(0);
  stopping.abort();
  await expect(building).rejects.toThrow(new PlaneError('The build was interrupted. The next start continues it.'));
});

test('one that waits for another is stopped too', async () => {
  stubGo(WRITES);
  const release = await lockfile.lock(folder, { lockfilePath: join(folder, 'lock') });
  const stopping = new AbortController();
  const building = findAssets({ cache: folder, say, signal: stopping.signal });
  await expect.poll(() => said).toEqual(['waiting for another process that is building a control plane ...']);
  stopping.abort();
  await expect(building).rejects.toThrow('The build was interrupted');
  await release();
});

test('a cache that cannot be made says so', async () => {
  stubGo(WRITES);
  writeFileSync(join(folder, 'file'), '');
  await expect(findAssets({ cache: join(folder, 'file', 'cache'), say })).rejects.toThrow('Set XDG_CACHE_HOME');
});

test('the releases are those of the module files', () => {
  const known = releases();
  expect(known[0]?.modFile).toBe('go.mod');
  for (const release of known) {
    expect(release.kubernetes).toMatch(/^1\.\d+\.\d+$/);
    expect(release.etcd).toMatch(/^3\.\d+\.\d+$/);
    expect(releaseOf(release.minor)).toEqual(release);
  }
  expect(() => releaseOf('1.2')).toThrow(/^Cannot build Kubernetes 1\.2. Choose one of these releases: 1\./);
});
