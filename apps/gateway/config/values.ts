import { z } from 'zod';
import { isDnsSubdomain } from '#libs/api';
import { isLoopback } from '#libs/kube';
import { parseDuration } from '#libs/token';
import { SecretKey } from '#libs/token';

/** Text that `read` turns into a value. Its problem, whether it throws or the text is missing, is what was wanted. */
function value<T>(wanted: string, read: (text: string) => T) {
  return z.string(wanted).transform((text, context): T => {
    try {
      return read(text);
    } catch {
      context.addIssue({ code: 'custom', message: wanted });
      return z.NEVER;
    }
  });
}

export const kubeName = z.string('a Kubernetes name').refine(isDnsSubdomain, 'a Kubernetes name');

export const trueOrFalse = z.enum(['true', 'false'], 'true or false').transform((text) => text === 'true');

/** Of a duration; 0 switches off. */
export const milliseconds = value('a duration such as 90s or 1h30m', parseDuration);

export const wholeNumber = (max: number) =>
  value(`a whole number from 0 to ${max}`, (text) => checked(Number(text), /^\d+$/.test(text) && Number(text) <= max));

export const webUrl = value('an http or https URL', readUrl);

export const apiUrl = value('an https URL (http only for loopback)', (text) => {
  const url = readUrl(text);
  return checked(url.href, url.protocol === 'https:' || isLoopback(url.hostname));
});

export const publicUrls = value('http or https URLs without a path, separated by commas', (text) =>
  text.split(',').map((one) => {
    const url = readUrl(one.trim());
    return checked(url, url.pathname === '/');
  }),
);

/** Sources of `frame-ancestors`: a scheme, host and port each, so that no policy can be smuggled in by `;` or spaces. */
export const frameAncestors = value('sites such as https://portal.example.com, separated by commas', (text) => {
  const sources = text.split(/[\s,]+/).filter((one) => one !== '');
  return checked(
    sources,
    sources.every((one) => /^https?:\/\/[-a-zA-Z0-9.*:[\]]+$/.test(one)),
  );
});

export const secretKey = value('at least 32 bytes in base64', (text) => {
  const bytes = Buffer.from(text, 'base64');
  return checked(new SecretKey(bytes), bytes.length >= 32);
});

function readUrl(text: string): URL {
  const url = new URL(text);
  return checked(url, /^https?:$/.test(url.protocol) && url.username === '' && url.search === '' && url.hash === '');
}

function checked<T>(result: T, ok: boolean): T {
  if (!ok) throw new RangeError('refused');
  return result;
}
