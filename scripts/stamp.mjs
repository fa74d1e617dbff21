import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** Hash of one file's content; undefined where it does not exist. */
export function hashFile(file) {
  try {
    return createHash('sha256').update(readFileSync(file)).digest('hex');
  } catch (error) {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  }
}

/** Every file below the given paths (files or folders, relative to root; absent ones are skipped) that `keep` accepts. */
function* filesBelow(root, paths, keep) {
  for (const path of [...paths].sort()) {
    const stat = statSync(join(root, path), { throwIfNoEntry: false });
    if (stat?.isFile() && keep(path)) yield { path, stat };
    if (!stat?.isDirectory()) continue;
    const names = readdirSync(join(root, path)).filter((name) => name !== 'node_modules' && name !== 'dist');
    yield* filesBelow(
      root,
      names.map((name) => `${path}/${name}`),
      keep,
    );
  }
}

/**
 * Names, sizes and times of change of all these files, hashed. Contents are not read: one start must not cost what the
 * check saves, and a needless build after `touch` is harmless.
 */
export function hashTree(root, paths, keep = () => true) {
  const hash = createHash('sha256');
  for (const { path, stat } of filesBelow(root, paths, keep)) hash.update(`${path}\0${stat.size}\0${stat.mtimeMs}\n`);
  return hash.digest('hex');
}

/** A file that says for which state of its sources the last step was done. */
export function stamp(file) {
  return {
    matches: (value) => value !== undefined && hashOf(file) === value,
    write(value) {
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, value);
    },
  };
}

function hashOf(file) {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}
