import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { crds } from './crd.js';

/** Writes crds/*.yaml from the schemas; with `--check` it writes nothing and fails when they differ. */
const folder = join(import.meta.dirname, '../../../crds');
const wanted = new Map(
  crds.map((crd) => [
    `${crd.spec.names.plural}.yaml`,
    `# Generated from libs/api by \`npm run crds\`.\n${stringify(crd, { lineWidth: 0, aliasDuplicateObjects: false })}`,
  ]),
);

async function check(): Promise<string[]> {
  const found = (await readdir(folder).catch(() => [])).filter((name) => name.endsWith('.yaml'));
  const stale = found.filter((name) => !wanted.has(name));
  for (const [name, text] of wanted) {
    if ((await readFile(join(folder, name), 'utf8').catch(() => '')) !== text) stale.push(name);
  }
  return stale;
}

async function write(): Promise<void> {
  await mkdir(folder, { recursive: true });
  for (const [name, text] of wanted) await writeFile(join(folder, name), text);
}

if (process.argv.includes('--check')) {
  const stale = await check();
  if (stale.length > 0) {
    console.error(`CRDs are out of date: ${stale.join(', ')}. Run \`npm run crds\` and commit the result.`);
    process.exitCode = 1;
  }
} else {
  await write();
}
