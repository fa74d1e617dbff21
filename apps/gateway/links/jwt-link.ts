import { z } from 'zod';
import { bare, isDnsLabel, isDnsSubdomain, withoutTail } from '#libs/api';
import { dto, malformed } from '../http/dto.js';
import { type Machine } from './link-target.js';

/** The shell of the original instructions leaves the quotes of JSON around values; chats add the end of a sentence. */
const plain = (strip: (text: string) => string) => (value: unknown) =>
  (typeof value === 'string' && strip(value)) || undefined;

/** Only a quote is taken away in front: a name that begins with anything else is hostile, not copied badly. */
const plainName = plain((text) => withoutTail(text).replace(/^\s*\\?"/, ''));

const badName = (which: string): string => `The ${which} in this link is not a valid Kubernetes name.`;

const name = (which: string, isName: (text: string) => boolean) =>
  z.preprocess(plainName, z.string().refine(isName, badName(which)).optional());

interface Read {
  jwt: string;
  machine: Machine | undefined;
  /** Our own page with the button asks: a browser that keeps no cookies must not use the link up. */
  checkCookies: boolean;
}

const Parameters = z
  .object({
    token: z.preprocess(plain(bare), z.string('This link contains no token.')),
    name: name('name', isDnsSubdomain),
    namespace: name('namespace', isDnsLabel),
    'check-cookies': z.literal(['true', true]).optional(),
  })
  .transform(({ token: jwt, name: vm, namespace, 'check-cookies': check }, context): Read => {
    const checkCookies = check !== undefined;
    if (vm !== undefined && namespace !== undefined) return { jwt, machine: { namespace, vm }, checkCookies };
    if (vm === namespace) return { jwt, machine: undefined, checkCookies };
    context.addIssue({ code: 'custom', message: badName(vm === undefined ? 'name' : 'namespace') });
    return z.NEVER;
  });

/** A link of the original system: `?token=JWT`, and optionally the machine to open, by both of its names. */
export class JwtLink extends dto(Parameters, malformed('Check that you copied the whole link.')) {}
