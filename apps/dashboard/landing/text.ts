import { type LinkInfo } from '#libs/api';

/** Every sentence of the page behind a link. */
export const landingText = {
  looking: 'Looking at your link…',
  lookingError: 'This link does not work now',
  title: (link: LinkInfo) => (link.vm ? `You are invited to “${link.vm}”` : 'You are invited to a cluster'),
  open: 'Open the console',
  opening: 'Opening…',
  openOther: 'Use this link',
  tryAgain: 'Try again',
  until: 'Valid until',
  left: (left: string) => `${left} left`,
  what: 'You can use',
  from: 'Sent by',
  about: 'About',
  namespace: 'Namespace',
  viewOnly: 'You can look, but not type or click.',
  singleUse: 'This link works once, in one browser. Open it in the browser that you want to use.',
  over: 'The link has ended while this page was open. Ask the person who sent it for a new one.',
  noCode: 'This link is incomplete',
  noCodeText: 'Its last part, after the “#”, is missing. Copy the whole link and open it again.',
  lost: 'There is nothing here',
  lostText: 'Check the address, or open the link that you were given once more.',
};

const TITLES: Record<number, string> = {
  0: 'The gateway does not answer',
  400: 'This is not a link of this gateway',
  401: 'This link is not known here',
  404: 'This link is not known here',
  410: 'This link is no longer valid',
  425: 'This link is not valid yet',
  429: 'Too many tries',
  503: 'The gateway is not ready',
};

/** What a refusal of a link means, and what to do: that is what the gateway said, save where it said nothing. */
export function linkRefusal(code: number, said: string): { title: string; text: string } {
  return {
    title: TITLES[code] ?? landingText.lookingError,
    text: code === 0 ? 'Check your network connection, then try again.' : said,
  };
}

/** What a grant opens, in words; one without URLs is for both consoles of its machine. */
export function consolesOf(urls: string[]): string {
  if (urls.length === 0) return 'its screen and its serial console';
  const words = [
    urls.some((url) => url.endsWith('/vnc')) && 'its screen',
    urls.some((url) => url.endsWith('/console')) && 'its serial console',
    urls.some((url) => !/\/(vnc|console)$/.test(url)) && 'parts of the Kubernetes API',
  ];
  return words.filter(Boolean).join(' and ');
}
