import { createHash, createPrivateKey, randomBytes, X509Certificate } from 'node:crypto';
import { rfc3339 } from '#libs/kube';
import { makeCa, makeCertificate, type PemPair } from '#libs/pki';
import { SecretKey } from '#libs/token';
import { type SecretObject } from '../cluster/manifest.js';

/** What the replicas of the operator share by one Secret: base64, each PEM but for the seal. */
interface WebhookData {
  /** Every authority that is to be trusted: the one that signs, then those before it. */
  'ca.crt': string;
  /** Of the first. */
  'ca.key': string;
  'tls.crt': string;
  'tls.key': string;
  /** The key of issuers' seals: 32 random bytes. */
  seal: string;
  /** When that was made (RFC 3339), and the id of the key that this is said of. */
  'seal-since': string;
}

/** The Secret, read. */
export interface WebhookSecret {
  /** PEM of the authorities, for `caBundle`. */
  authorities: string;
  /** What the server shows, PEM. */
  serving: PemPair;
  seal: SecretKey;
  /** When the seal key was made, or first seen, in milliseconds since the epoch: nothing older was sealed with it. */
  since: number;
}

/** A key of seals, and since when it seals. */
interface Sealing {
  key: Buffer;
  since: Date;
}

const SEAL_BYTES = 32;
const CN = 'kube-gateway webhook';
const DAYS = { authority: 3650, serving: 365 };
const PEM_CERTIFICATE = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----\n?/g;

/** A certificate that can be read, with its key. */
interface Certified extends PemPair {
  x509: X509Certificate;
}

/** Everything new. @param host the DNS name that the API server calls */
export async function newWebhookData(host: string, now: Date): Promise<WebhookData> {
  const ca = await makeCa({ cn: CN, days: DAYS.authority, now });
  return dataOf(ca.cert, ca.key, await newServing(ca, host, now), { key: randomBytes(SEAL_BYTES), since: now });
}

/** @returns undefined where a part is missing, damaged, expired or for another host */
export function readWebhookSecret(secret: SecretObject, host: string, now: Date): WebhookSecret | undefined {
  const sealing = sealingOf(secret, now);
  const authorities = authoritiesOf(secret, now);
  const serving = servingOf(secret, authorities, host, now);
  if (!sealing || !serving) return undefined;
  const { cert, key } = serving;
  const [seal, since] = [new SecretKey(sealing.key), sealing.since.getTime()];
  return { authorities: authorities.map(pem).join(''), serving: { cert, key }, seal, since };
}

/**
 * The data as it should be: what is missing or damaged made anew, and what has lived two thirds of its time. An authority
 * that was replaced is trusted until it ends, as certificates of its making are still in use. A key of seals that someone
 * wrote over the former is new from now on.
 * @returns undefined where nothing is to be done; `lost` where the seal key is: the Secret must be created anew, as its
 *   age says what was sealed with that key
 */
export async function renewedWebhookData(
  secret: SecretObject,
  host: string,
  now: Date,
): Promise<WebhookData | 'lost' | undefined> {
  const sealing = sealingOf(secret, now);
  if (!sealing) return 'lost';
  const trusted = authoritiesOf(secret, now);
  const present = signerOf(secret, trusted);
  const signer = present && !isDue(present.x509, now) ? present : undefined;
  const serving = servingOf(secret, trusted, host, now);
  const isCurrent = serving !== undefined && signer !== undefined && !isDue(serving.x509, now);
  if (isCurrent && notedSince(secret, sealing.key)) return undefined;
  const ca = signer ?? (await makeCa({ cn: CN, days: DAYS.authority, now }));
  // A new authority is not trusted yet: while the certificate is good, it is renewed the next time.
  const kept = serving && (isCurrent || !signer) ? serving : await newServing(ca, host, now);
  const bundle = [ca.cert, ...trusted.map(pem).filter((one) => one !== ca.cert)].join('');
  return dataOf(bundle, ca.key, kept, sealing);
}

const newServing = (ca: PemPair, host: string, now: Date): Promise<PemPair> =>
  makeCertificate(ca, { cn: CN, dns: [host], days: DAYS.serving, now });

function dataOf(authorities: string, caKey: string, serving: PemPair, sealing: Sealing): WebhookData {
  const base64 = (text: string | Buffer) => Buffer.from(text).toString('base64');
  return {
    'ca.crt': base64(authorities),
    'ca.key': base64(caKey),
    'tls.crt': base64(serving.cert),
    'tls.key': base64(serving.key),
    seal: base64(sealing.key),
    'seal-since': base64(sinceText(sealing)),
  };
}

function sealOf({ data = {} }: SecretObject): Buffer | undefined {
  const seal = Buffer.from(data['seal'] ?? '', 'base64');
  return seal.length === SEAL_BYTES ? seal : undefined;
}

/**
 * What the Secret says of another key is not said of this one: someone wrote this one over that. Whoever would believe it
 * would take everything that the former key sealed for forged.
 */
function sealingOf(secret: SecretObject, now: Date): Sealing | undefined {
  const key = sealOf(secret);
  if (!key) return undefined;
  const noted = notedSince(secret, key);
  // The clock of the API server, by which GateTokens are dated, may be ahead.
  const created = Date.parse(secret.metadata.creationTimestamp ?? '') || 0;
  return { key, since: noted ? new Date(Math.max(noted.getTime(), created)) : now };
}

function notedSince(secret: SecretObject, key: Buffer): Date | undefined {
  const [time = '', id] = text(secret, 'seal-since').split(' ');
  const since = new Date(time);
  return id === idOf(key) && !Number.isNaN(since.getTime()) ? since : undefined;
}

const sinceText = ({ key, since }: Sealing): string => `${rfc3339(since)} ${idOf(key)}`;

const idOf = (key: Buffer): string => createHash('sha256').update(key).digest('base64url');

/** Those that can be read and have not ended. */
function authoritiesOf(secret: SecretObject, now: Date): X509Certificate[] {
  const found = text(secret, 'ca.crt').match(PEM_CERTIFICATE) ?? [];
  return found.flatMap((one) => certificateOf(one) ?? []).filter((one) => one.ca && isValid(one, now));
}

/** The authority whose key is there. */
function signerOf(secret: SecretObject, [first]: readonly X509Certificate[]): Certified | undefined {
  return first && certified(first, text(secret, 'ca.key'));
}

function servingOf(
  secret: SecretObject,
  authorities: readonly X509Certificate[],
  host: string,
  now: Date,
): Certified | undefined {
  const x509 = certificateOf(text(secret, 'tls.crt'));
  if (!x509 || !isValid(x509, now) || x509.checkHost(host) === undefined) return undefined;
  if (!authorities.some((one) => x509.checkIssued(one) && x509.verify(one.publicKey))) return undefined;
  return certified(x509, text(secret, 'tls.key'));
}

function certified(x509: X509Certificate, key: string): Certified | undefined {
  try {
    return x509.checkPrivateKey(createPrivateKey(key)) ? { x509, cert: pem(x509), key } : undefined;
  } catch {
    return undefined;
  }
}

function certificateOf(text: string): X509Certificate | undefined {
  try {
    return new X509Certificate(text);
  } catch {
    return undefined;
  }
}

const text = ({ data = {} }: SecretObject, name: string): string =>
  Buffer.from(data[name] ?? '', 'base64').toString('utf8');

const pem = (certificate: X509Certificate): string => certificate.toString();

const isValid = ({ validFrom, validTo }: X509Certificate, now: Date): boolean =>
  Date.parse(validFrom) <= now.getTime() && now.getTime() < Date.parse(validTo);

function isDue({ validFrom, validTo }: X509Certificate, now: Date): boolean {
  const [from, to] = [Date.parse(validFrom), Date.parse(validTo)];
  return now.getTime() >= from + ((to - from) * 2) / 3;
}
