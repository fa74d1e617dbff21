import { type Manifest } from '../cluster/manifest.js';

/** Data key of the ConfigMap NAME-jwks: the JWK set. */
export const JWKS_FILE = 'jwks.json';

const read = new WeakMap<Manifest, ReadonlySet<string>>();

/** Ids of the keys by which a gateway verifies tokens. @param map its ConfigMap NAME-jwks; parsed once for each version */
export function publishedKeys(map: Manifest | undefined): ReadonlySet<string> {
  if (!map) return new Set();
  const known = read.get(map) ?? new Set(kidsOf((map['data'] as Record<string, string> | undefined)?.[JWKS_FILE]));
  read.set(map, known);
  return known;
}

function kidsOf(text = '{}'): string[] {
  try {
    const { keys = [] } = JSON.parse(text) as { keys?: { kid?: string }[] };
    return keys.flatMap(({ kid }) => kid ?? []);
  } catch {
    return []; // The operator is about to replace what someone wrote over it.
  }
}
