import { type ServerResponse } from 'node:http';
import { type Call } from '../context.js';
import { mediaType } from '../rest/media-type.js';
import { APPLY_PATCH } from '../rest/patch.js';
import { cause, invalid } from '../status.js';

const KINDS: Record<string, string> = {
  create: 'CreateOptions',
  update: 'UpdateOptions',
  patch: 'PatchOptions',
  delete: 'DeleteOptions',
  deletecollection: 'DeleteOptions',
};
const VALIDATIONS = ['', 'Ignore', 'Strict', 'Warn'];
const MAX_WARNINGS = 20;

/**
 * The query parameters that all writing requests share.
 * @throws ApiError 422
 */
export function checkOptions({ verb, query, contentType }: Pick<Call, 'verb' | 'query' | 'contentType'>): void {
  const kind = KINDS[verb];
  if (!kind) return;
  const unowned = verb === 'patch' && mediaType(contentType) === APPLY_PATCH && !query.get('fieldManager');
  const dryRun = query.getAll('dryRun');
  const validation = query.get('fieldValidation') ?? '';
  const causes = [
    ...(unowned ? [cause.required('fieldManager', 'is required for apply patch')] : []),
    // A dry run that is not understood must not become a real one.
    ...(dryRun.every((value) => value === 'All') ? [] : [cause.unsupported('dryRun', dryRun, ['All'])]),
    ...(VALIDATIONS.includes(validation) ? [] : [cause.unsupported('fieldValidation', validation, VALIDATIONS)]),
  ];
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
