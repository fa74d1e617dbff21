const IDENTITIES = ['user', 'link'] as const;

/** As whom a console is opened: the signed-in user, or the guest of a link. */
export type ConsoleIdentity = (typeof IDENTITIES)[number];

/**
 * Reads the parameter `as` in the address of a console, or of its page.
 * @returns undefined where it is absent, `invalid` where it names no identity, or several
 */
export function readIdentity(query: string): ConsoleIdentity | 'invalid' | undefined {
  const [as, ...more] = new URLSearchParams(query).getAll('as');
  if (as === undefined) return undefined;
  return more.length === 0 ? (IDENTITIES.find((one) => one === as) ?? 'invalid') : 'invalid';
}
