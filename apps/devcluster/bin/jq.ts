/** `jq` for machines that have none: the original, compiled to WebAssembly. Reads stdin or files, as jq does. */
import { readFileSync } from 'node:fs';
import { buffer } from 'node:stream/consumers';
import jq from 'jq-wasm';
import { splitArguments } from './jq-arguments.js';

const { flags, filter, files } = splitArguments(process.argv.slice(2));
const nullInput = flags.some((flag) => /^-[a-zA-Z]*n/.test(flag) || flag === '--null-input');

async function input(): Promise<string> {
  if (files.length > 0) return files.map((file) => readFileSync(file, 'utf8')).join('\n');
  return nullInput ? 'null' : (await buffer(process.stdin)).toString('utf8');
}

try {
  if (filter === undefined) throw new Error('Usage: jq [options] FILTER [FILE...]');
  const output = await jq.raw(await input(), filter, flags);
  if (output !== '') process.stdout.write(output.endsWith('\n') ? output : `${output}\n`);
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 5;
}
