import { readFileSync } from 'node:fs';

import { declarationFile } from '../builtin/model.js';

/** What the documentation says of a struct and its fields. */
export interface Words {
  description: string;
  fields: ReadonlyMap<string, { description: string; required: boolean }>;
}

/** A comment and what it stands before; fields that hold a struct have none. */
const DECLARED = /(?:\/\*\*\n((?:(?!\*\/)[\s\S])*)\*\/\s*)?(?:export declare class (\w+)|^ {4}'([^']+)'(\?)?:)/gm;

const known = new Map<string, Words>();

/** Reads the comments in the declaration of a client's model; empty where there is none. */
export function wordsOf(model: string): Words {
  let words = known.get(model);
  if (!words) known.set(model, (words = read(model)));
  return words;
}

function read(model: string): Words {
  const fields = new Map<string, { description: string; required: boolean }>();
  let description = '';
  for (const [, comment = '', ofClass, field, optional] of readFileSync(declarationFile(model), 'utf8').matchAll(
    DECLARED,
  )) {
    const said = plain(comment);
    if (ofClass) description = said;
    else if (field) fields.set(canonical(field), { description: said, required: optional === undefined });
  }
  return { description, fields };
}

/** The client writes `_default` and `x_kubernetes_map_type` for what JSON calls `default` and `x-kubernetes-map-type`. */
export const canonical = (name: string): string => name.replace(/^_/, '').replaceAll('-', '_');

/** The client's generator escaped the quotes. */
const plain = (comment: string): string =>
  comment
    .split('\n')
    .map((line) => line.replace(/^\s*\*\s?/, '').trimEnd())
    .join('\n')
    .trim()
    .replace(/\\(['"])/g, '$1');
