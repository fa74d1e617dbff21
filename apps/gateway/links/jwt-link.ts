import { z } from 'zod';
import { isDnsLabel, isDnsSubdomain } from '#libs/api';
import { dto, malformed } from '../http/dto.js';
import { type Machine } from './link-target.js';

/** The shell of the original instructions leaves the double quotes of JSON around values. */
function unquoted(value: unknown): string | undefined {
  if (typeof value !== 'string') return undefined;
  const text = value.trim().replace(/^\\?"(.*?)\\?"$/s, '$1');
  return text === '' ? undefined : text;
}

const badName = (which: string): string => `The ${which} in this link is not a valid Kubernetes name.`;

const name = (which: string, isName: (text: string) => boolean) =>
  z.preprocess(unquoted, z.string().refine(isName, badName(which)).optional());

interface Read {
  jwt: string;
  machine: Machine | undefined;
}

const Parameters = z
  .object({
    token: z.preprocess(unquoted, z.string('This link contains no token.')),
    name: name('name', isDnsSubdomain),
    namespace: name('namespace', isDnsLabel),
  })
  .transform(({ token: jwt, name: vm, namespace }, context): Read => {
    if (vm !== undefined && namespace !== undefined) return { jwt, machine: { namespace, vm } };
    if (vm === namespace) return { jwt, machine: undefined };
    context.addIssue({ code: 'custom', message: badName(vm === undefined ? 'name' : 'namespace') });
    return z.NEVER;
  });

/** A link of the original system: `?token=JWT`, and optionally the machine to open, by both of its names. */
export class JwtLink extends dto(Parameters, malformed('Check that you copied the whole link.')) {}
