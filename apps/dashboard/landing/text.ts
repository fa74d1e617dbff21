import { type LinkInfo } from '#libs/api';

/** Every sentence of the page behind a link. */
export const landingText = {
  looking: 'Checking your link…',
  lookingError: 'This link cannot be opened right now',
  title: (link: LinkInfo) => (link.vm ? `Access to virtual machine ${link.vm}` : 'Access to a cluster'),
  open: 'Open console',
  opening: 'Opening…',
  openOther: 'Continue',
  tryAgain: 'Try again',
  until: 'Valid until',
  left: (left: string) => `${left} left`,
  what: 'Includes',
  from: 'Issued by',
  namespace: 'Namespace',
  viewOnly: 'view only: you cannot type or click',
  singleUse: 'Only the first browser that opens the console can use this link.',
  over: 'This link has expired. Ask the person who sent it for a new one.',
  noCode: 'This link is incomplete',
  noCodeText: 'The part after the “#” is missing. Copy the whole link and open it again.',
  lost: 'Page not found',
  lostText: 'Check the address, or open your link again.',
};

const TITLES: Record<number, string> = {
  0: 'Cannot reach the gateway',
  400: 'This link is not valid',
  401: 'Unknown link',
  404: 'Unknown link',
  410: 'This link is no longer valid',
  425: 'This link is not valid yet',
  429: 'Too many attempts',
  503: 'The gateway is not ready',
};

/** Why a link was refused. What to do is the gateway's own message, except when there was no answer. */
export function linkRefusal(code: number, said: string): { title: string; text: string } {
  return {
    title: TITLES[code] ?? landingText.lookingError,
    text: code === 0 ? 'Check your network connection and try again.' : said,
  };
}

/** What a grant opens, in words; a grant without URLs opens both consoles of its VM. */
export function consolesOf(urls: string[]): string {
  if (urls.length === 0) return 'Screen and serial console';
  const words = [
    urls.some((url) => url.endsWith('/vnc')) && 'screen',
    urls.some((url) => url.endsWith('/console')) && 'serial console',
    urls.some((url) => !/\/(vnc|console)$/.test(url)) && 'parts of the Kubernetes API',
  ];
  const text = words.filter(Boolean).join(' and ');
  return text.charAt(0).toUpperCase() + text.slice(1);
}
