import { neverGranted } from '#libs/policy';

/** The gateway refuses such a path whatever is granted: a token that names it would be Ready and open less than it says. */
export function reachFault(urls: readonly string[]): string | undefined {
  const [never] = neverGranted(urls);
  if (never === undefined) return undefined;
  return `spec.urls: ${never.url} has no effect, because no grant can give access to ${never.what}: leave it out.`;
}
