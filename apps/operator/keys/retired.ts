import { type KeyObject } from 'node:crypto';
import { RETIRED_KEYS } from '#libs/api';
import { parsePublicKey } from '#libs/token';
import { type SecretObject } from '../cluster/manifest.js';
import { perVersion } from '../cluster/per-version.js';

/** A key that signs no more; its public half stays in force until the last token that it signed has ended. */
export interface RetiredKey {
  kid: string;
  /** RFC 3339. */
  created: string;
  retired: string;
}

/** Data key of a retired key's public half. */
export const retiredFile = (kid: string) => `retired-${kid}.crt`;

type ReadKey = RetiredKey & { publicKey: KeyObject };

/** The retired keys of a signing secret that can still be read, newest first; parsed once for each version of it. */
export const retiredKeys = (secret: SecretObject | undefined): readonly ReadKey[] => (secret ? parsed(secret) : []);

const parsed = perVersion(parse);

function parse(secret: SecretObject): readonly ReadKey[] {
  return listed(secret.metadata.annotations?.[RETIRED_KEYS]).flatMap((entry) => {
    const pem = Buffer.from(secret.data?.[retiredFile(entry.kid)] ?? '', 'base64').toString('utf8');
    try {
      return [{ ...entry, publicKey: parsePublicKey(pem) }];
    } catch {
      return [];
    }
  });
}

function listed(annotation: string | undefined): RetiredKey[] {
  let value: unknown;
  try {
    value = JSON.parse(annotation ?? '[]');
  } catch {
    return [];
  }
  return Array.isArray(value) ? value.filter(isRetired) : [];
}

function isRetired(entry: unknown): entry is RetiredKey {
  if (typeof entry !== 'object' || entry === null) return false;
  const { kid, created, retired } = entry as Partial<Record<keyof RetiredKey, unknown>>;
  return typeof kid === 'string' && typeof created === 'string' && typeof retired === 'string';
}
