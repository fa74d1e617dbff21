import { type Manifest } from '../cluster/manifest.js';
import { perVersion } from '../cluster/per-version.js';

/** Data key of the ConfigMap NAME-jwks: the JWK set. */
export const JWKS_FILE = 'jwks.json';

/** Ids of the keys by which a gateway verifies tokens. @param map its ConfigMap NAME-jwks; parsed once for each version */
export const publishedKeys = (map: Manifest | undefined): ReadonlySet<string> => (map ? parsed(map) : new Set());

const parsed = perVersion(
  (map: Manifest) => new Set(kidsOf((map['data'] as Record<string, string> | undefined)?.[JWKS_FILE])),
);

function kidsOf(text = '{}'): string[] {
  try {
    const { keys = [] } = JSON.parse(text) as { keys?: { kid?: string }[] };
    return keys.flatMap(({ kid }) => kid ?? []);
  } catch {
    return []; // The operator is about to replace what someone wrote over it.
  }
}
