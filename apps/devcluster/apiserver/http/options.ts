import { type ServerResponse } from 'node:http';
import { type Call } from '../context.js';
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

/**
 * The query parameters that all writing requests share.
 * @throws ApiError 422
 */
export function checkOptions({ verb, query }: Pick<Call, 'verb' | 'query'>): void {
  const kind = KINDS[verb];
  if (!kind) return;
  const causes: Cause[] = query
    .getAll('dryRun')
    .filter((value) => value !== 'All')
    .map((value) => cause.unsupported('dryRun', value, ['All']));
  const validation = query.get('fieldValidation') ?? '';
  const known = ['Ignore', 'Strict', 'Warn'];
  if (kind !== 'DeleteOptions' && validation && !known.includes(validation)) {
    causes.push(cause.unsupported('fieldValidation', validation, known));
  }
  if (causes.length > 0) throw invalid({ group: 'meta.k8s.io', kind }, '', causes);
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
