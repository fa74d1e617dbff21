import { createHash } from 'node:crypto';
import { GROUP } from '#libs/api';
import { type Manifest } from '../cluster/manifest.js';

/** What was applied last: tells that a field was taken out of what is wanted, which `covers` cannot see. */
const APPLIED = `${GROUP}/applied`;

/** The object with a digest of itself as an annotation. Secrets' data go in too: one way only, and keys are random. */
export function withDigest(object: Manifest): Manifest {
  const digest = createHash('sha256')
    .update(JSON.stringify(sorted(object)))
    .digest('base64url')
    .slice(0, 16);
  const { metadata } = object;
  return { ...object, metadata: { ...metadata, annotations: { ...metadata.annotations, [APPLIED]: digest } } };
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries.map(([name, entry]) => [name, sorted(entry)]));
}
