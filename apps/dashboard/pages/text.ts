/** Words that every page shares. */
export const common = {
  product: 'kube-gateway',
  loading: 'Loading…',
  tryAgain: 'Try again',
  askForRight: 'Ask an administrator of this namespace for access.',
  home: 'All virtual machines',
  cancel: 'Cancel',
  none: '–',
  unknown: 'Unknown',
  outdated: (why: string) => `This may be out of date. ${why}`,
  lost: 'Page not found',
  lostText: 'This page does not exist.',
  actionsOf: (name: string) => `Actions for ${name}`,
};

/** Words of pages that list something. */
export const listText = {
  count: (shown: number, all: number) => (shown === all ? `${all} total` : `${shown} of ${all}`),
  noMatch: 'No matches',
  clear: 'Clear filter',
};

/** The heading of a refusal; the gateway's own message follows it. */
export function failureTitle(code: number, what: string): string {
  if (code === 0) return 'Cannot reach the gateway';
  if (code === 401) return 'You are no longer signed in';
  if (code === 403) return `You do not have permission to view ${what}`;
  if (code === 404) return 'Not found';
  if (code === 429) return 'Too many requests';
  if (code === 503) return 'The gateway is not ready';
  return `Cannot load ${what}`;
}
