import { CONSOLE_ENDS, COOKIES_BLOCKED, type LinkInfo } from '#libs/api';
import { ApiError } from '../api/client.js';

/** Every sentence of the page behind a link. */
export const landingText = {
  looking: 'Checking your link…',
  lookingError: 'This link cannot be opened right now',
  title: ({ consoles: [first, ...more] }: LinkInfo) =>
    first === undefined
      ? 'Access to the Kubernetes API'
      : more.length === 0
        ? `Access to virtual machine ${first.vm}`
        : `Access to ${more.length + 1} virtual machines`,
  openConsole: 'Open console',
  open: 'Open',
  openOf: (what: string) => `Open ${what}`,
  opening: 'Opening…',
  /** For a link that opens no page: it redeems the link, and nothing more. */
  use: 'Use in this browser',
  addresses: (origin: string) =>
    `This browser holds the link. Open an address that it allows: ${origin}/k8s/PATH for a path of the API, or ${origin}/console/NAMESPACE/VM for a console.`,
  tryAgain: 'Try again',
  until: 'Valid until',
  left: (left: string) => `${left} left`,
  what: 'Includes',
  from: 'Issued by',
  namespace: 'Namespace',
  inNamespace: (namespace: string) => `in namespace ${namespace}`,
  status: 'Status',
  mode: 'Mode',
  viewOnly: 'View only: you cannot type or click',
  singleUse: (isOne: boolean) =>
    isOne
      ? 'Only the first browser that opens the console can use this link.'
      : 'Only the first browser that opens any of this can use this link.',
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

/** Refusals of the link itself: trying again gives the same answer. */
const FINAL = [400, 401, 404, 410];

interface Refused {
  title: string;
  text: string;
  /** Trying again may give another answer. */
  passing: boolean;
}

/** Why a link was refused. What to do is the gateway's own message, except when there was no answer. */
export function linkRefusal(error: Error): Refused {
  const { code, cookiesBlocked } = error instanceof ApiError ? error : { code: 500, cookiesBlocked: false };
  if (cookiesBlocked) {
    const { title, message, unused, hint } = COOKIES_BLOCKED;
    return { title, text: `${message} ${unused} ${hint}`, passing: true };
  }
  if (error instanceof ApiError && error.reason === 'IssuerLostAccess') {
    const { title, text } = CONSOLE_ENDS.issuerLostAccess;
    return { title, text, passing: true };
  }
  return {
    title: TITLES[code] ?? landingText.lookingError,
    text: code === 0 ? 'Check your network connection and try again.' : error.message,
    passing: !FINAL.includes(code),
  };
}

/** Which consoles of a VM a link opens, in words. */
export function consolesInWords({ vnc, serial }: { vnc: boolean; serial: boolean }): string {
  if (vnc && serial) return 'Screen and serial console';
  return vnc ? 'Screen' : 'Serial console';
}

/** @param status absent where the gateway does not know it */
export const statusInWords = (status: string | undefined): string | undefined =>
  status === 'NotFound' ? 'Does not exist' : status;
