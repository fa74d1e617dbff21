/** `jq` for machines that have none: the original, compiled to WebAssembly. Takes options without a value, and reads stdin. */
import { buffer } from 'node:stream/consumers';
import jq from 'jq-wasm';

const words = process.argv.slice(2);
const flags = words.filter((word) => word.startsWith('-'));
const [filter, ...rest] = words.filter((word) => !word.startsWith('-'));

try {
  if (filter === undefined || rest.length > 0) throw new Error('usage: jq [options] FILTER < INPUT');
  const output = await jq.raw((await buffer(process.stdin)).toString('utf8'), filter, flags);
  if (output !== '') process.stdout.write(output.endsWith('\n') ? output : `${output}\n`);
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 5;
}
