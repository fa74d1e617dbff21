/** Words that every page shares. */
export const common = {
  product: 'kube-gateway',
  loading: 'Loading…',
  tryAgain: 'Try again',
  askForRight: 'Ask an administrator of this namespace for the right to see them.',
  signIn: 'Sign in',
  home: 'All virtual machines',
  cancel: 'Cancel',
  close: 'Close',
  none: '–',
  lost: 'There is nothing here',
  lostText: 'This page does not exist. It may have been moved or deleted.',
  actionsOf: (name: string) => `Actions for ${name}`,
};

/** What a refusal means to a person; the gateway's own message follows. */
export function failureTitle(code: number, what: string): string {
  if (code === 0) return 'The gateway does not answer';
  if (code === 401) return 'You are no longer signed in';
  if (code === 403) return `You may not see ${what}`;
  if (code === 404) return 'There is no such thing here';
  if (code === 429) return 'Too many requests';
  if (code === 503) return 'The gateway is not ready';
  return `Cannot load ${what}`;
}
