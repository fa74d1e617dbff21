import { type Grant, PolicyError, short } from './grant.js';

/** Characters of all paths of a grant: the operator and every gateway of the namespace keep them while it exists. */
const MAX_CHARACTERS = 65_536;

/** A custom resource may have any DNS label that begins with a letter for a version, such as v1api20210401. */
const VERSION = /^[a-z]([-a-z0-9]{0,61}[a-z0-9])?$/;

/**
 * What only a new grant is refused for. Neither needs more permissions, so nothing else bounds it: whatever a path has for
 * a version, it means the same right.
 * @throws PolicyError
 */
export function checkIssuable({ urls }: Pick<Grant, 'urls'>): void {
  const length = urls.reduce((sum, url) => sum + url.length, 0);
  if (length > MAX_CHARACTERS) {
    const message = `urls: at most ${MAX_CHARACTERS} characters in all: use fewer or shorter paths, such as /api/v1/*`;
    throw new PolicyError('too-long', message);
  }
  for (const url of urls) {
    const version = versionOf(url);
    if (version === undefined || VERSION.test(version)) continue;
    const message = `${short(url)}: ${short(version)} is not the version of an API`;
    throw new PolicyError('bad-url', `urls: ${message}: write v1, or another one such as v1beta1`);
  }
}

/** Of a canonical path, or of a pattern with `*` beyond it: a version that `*` goes on with is no version yet. */
function versionOf(url: string): string | undefined {
  const [, root, ...parts] = url.split('/');
  const version = root === 'api' ? parts[0] : root === 'apis' ? parts[1] : undefined;
  return version === undefined || version.includes('*') ? undefined : decodeURIComponent(version);
}

/** From the creation, in milliseconds: the same day of the next year, in leap years too. */
const HORIZON_MS = 366 * 24 * 3_600_000;

/**
 * Why a new grant begins too late to be given out: a JWT is signed when its GateToken is made, and the key that signed it
 * stays in force until its end.
 * @param start of the grant, @param created when its GateToken is made: milliseconds since the epoch
 * @returns undefined where it does not, or where `start` is NaN
 */
export function startFault(start: number, created: number): string | undefined {
  const latest = created + HORIZON_MS;
  if (!(Math.floor(start / 1000) * 1000 > latest)) return undefined;
  const until = new Date(latest).toISOString().replace(/\.\d+Z$/, 'Z');
  return `spec.from is more than a year (366 days) after the GateToken was created: use ${until} or an earlier time.`;
}
