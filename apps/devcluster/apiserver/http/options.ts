import { type ServerResponse } from 'node:http';
import { type Call } from '../context.js';
import { mediaType } from '../rest/media-type.js';
import { APPLY_PATCH } from '../rest/patch.js';
import { cause, invalid } from '../status.js';
import { type Cause } from '../types.js';

const KINDS: Record<string, string> = {
  create: 'CreateOptions',
  update: 'UpdateOptions',
  patch: 'PatchOptions',
  delete: 'DeleteOptions',
  deletecollection: 'DeleteOptions',
};
const MAX_WARNINGS = 20;
const MAX_MANAGER = 128;

/**
 * The query parameters that all writing requests share.
 * @throws ApiError 422
 */
export function checkOptions({ verb, query, contentType }: Pick<Call, 'verb' | 'query' | 'contentType'>): void {
  const kind = KINDS[verb];
  if (!kind) return;
  const deletes = kind === 'DeleteOptions';
  const causes = [
    ...(verb === 'patch' ? patchFaults(query, contentType) : []),
    ...(deletes ? [] : managerFaults(query.get('fieldManager') ?? '')),
    ...dryRunFaults(query.getAll('dryRun')),
    ...(deletes ? [] : validationFaults(query.get('fieldValidation') ?? '')),
  ];
  if (causes.length > 0) throw invalid({ group: 'meta.k8s.io', kind }, '', causes);
}

function patchFaults(query: URLSearchParams, contentType: string): Cause[] {
  if (mediaType(contentType) !== APPLY_PATCH) {
    return query.get('force') ? [cause.forbidden('force', 'may not be specified for non-apply patch')] : [];
  }
  return query.get('fieldManager') ? [] : [cause.required('fieldManager', 'is required for apply patch')];
}

function managerFaults(manager: string): Cause[] {
  const causes: Cause[] = [];
  if (Buffer.byteLength(manager) > MAX_MANAGER) causes.push(cause.tooLong('fieldManager', MAX_MANAGER));
  const hidden = /[\p{C}\p{Zl}\p{Zp}]/u.exec(manager);
  if (hidden) {
    const code = hidden[0].codePointAt(0)?.toString(16).toUpperCase().padStart(4, '0');
    const detail = `invalid character U+${code} (at position ${Buffer.byteLength(manager.slice(0, hidden.index))})`;
    causes.push(cause.invalid('fieldManager', manager, detail));
  }
  return causes;
}

export const dryRunFaults = (values: string[]): Cause[] =>
  values.every((value) => value === 'All') ? [] : [cause.unsupported('dryRun', values, ['All'])];

function validationFaults(value: string): Cause[] {
  const known = ['', 'Ignore', 'Strict', 'Warn'];
  return known.includes(value) ? [] : [cause.unsupported('fieldValidation', value, known)];
}

/** Sends each text once as a Warning header, for kubectl to print. */
export function warner(res: ServerResponse): (text: string) => void {
  const said = new Set<string>();
  return (text) => {
    if (said.has(text) || said.size >= MAX_WARNINGS || res.headersSent) return;
    said.add(text);
    const plain = text.replace(/\p{Cc}+/gu, ' ').replace(/["\\]/g, '\\$&');
    // Node takes a header byte by byte.
    res.appendHeader('Warning', `299 - "${Buffer.from(plain).toString('latin1')}"`);
  };
}
