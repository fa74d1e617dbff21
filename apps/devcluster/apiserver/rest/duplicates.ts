import { parseDocument } from 'yaml';
import { type Call } from '../context.js';
import { isJson, isYaml } from './media-type.js';

const TOKEN = /"(?:[^"\\]|\\.)*"|[{}[\],:]/g;

/** Where the scanner is: an object with the keys seen, or a list with the index. */
type Frame = { path: string; keys: Set<string>; key: string } | { path: string; index: number };

/** Paths of fields that stand twice in one object of a JSON text, in the order of their second place. */
export function duplicateKeys(text: string): string[] {
  const found: string[] = [];
  const stack: Frame[] = [];
  let awaitsKey = false;
  for (const [token] of text.matchAll(TOKEN)) {
    const top = stack.at(-1);
    if (token === '{') {
      stack.push({ path: pathOf(top), keys: new Set(), key: '' });
      awaitsKey = true;
    } else if (token === '[') stack.push({ path: pathOf(top), index: 0 });
    else if (token === '}' || token === ']') {
      stack.pop();
      awaitsKey = false;
    } else if (token === ',') {
      if (top && 'index' in top) top.index += 1;
      awaitsKey = top !== undefined && 'keys' in top;
    } else if (token.startsWith('"') && awaitsKey && top && 'keys' in top) {
      top.key = JSON.parse(token) as string;
      if (top.keys.has(top.key)) found.push(pathOf(top));
      top.keys.add(top.key);
      awaitsKey = false;
    }
  }
  return [...new Set(found)];
}

function pathOf(frame: Frame | undefined): string {
  if (!frame) return '';
  if ('index' in frame) return `${frame.path}[${frame.index}]`;
  return frame.path ? `${frame.path}.${frame.key}` : frame.key;
}

/** What the body says twice: `duplicate field "data.a"`, or for YAML `line 7: key "a" already set in map`. */
export function duplicates({ body, contentType }: Call): string[] {
  const text = body.toString('utf8');
  if (isJson(contentType)) return duplicateKeys(text).map((path) => `duplicate field ${JSON.stringify(path)}`);
  return isYaml(contentType) ? yamlDuplicates(text) : [];
}

function yamlDuplicates(text: string): string[] {
  const lines = text.split('\n');
  return parseDocument(text, { merge: true }).errors.flatMap(({ code, linePos }) => {
    if (code !== 'DUPLICATE_KEY') return [];
    const line = linePos?.[0].line ?? 0;
    const key = /^\s*(?:-\s+)*["']?([^:"']+)/.exec(lines[line - 1] ?? '')?.[1] ?? '';
    return [`line ${line}: key ${JSON.stringify(key)} already set in map`];
  });
}
