import { readFileSync } from 'node:fs';

/** The shell blocks of a section, word for word. @param document path from the root of the repository */
export function shellBlocks(document: string, heading: string): string[] {
  const text = readFileSync(new URL(`../../${document}`, import.meta.url), 'utf8');
  const lines = text.split('\n');
  const from = lines.findIndex((line) => /^#+ /.test(line) && line.replace(/^#+ /, '') === heading);
  if (from < 0) throw new Error(`${document} has no section "${heading}".`);
  const rest = lines.slice(from + 1).join('\n');
  const [section = ''] = rest.split(/^#{1,3} /m);
  return [...section.matchAll(/^```sh\n([^]*?)^```$/gm)].map(([, block = '']) => block);
}
