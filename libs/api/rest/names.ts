import { z } from 'zod';
import { DNS_SUBDOMAIN, MAX_SUBDOMAIN } from '../names.js';

/** An instant as RFC 3339 writes it. */
export const Instant = z.iso.datetime({ offset: true });

/** Whether there is something for each kind of console. */
export const PerConsole = z.object({ vnc: z.boolean(), serial: z.boolean() });

export const ConsoleKind = z.enum(['vnc', 'serial']);
export type ConsoleKind = z.infer<typeof ConsoleKind>;

/** Name of an object or a namespace: an RFC 1123 subdomain. */
export const KubeName = z
  .string('A name is missing.')
  .max(MAX_SUBDOMAIN, `A Kubernetes name has at most ${MAX_SUBDOMAIN} characters.`)
  .regex(
    DNS_SUBDOMAIN,
    'A Kubernetes name consists of lowercase letters, digits, hyphens and dots, with a letter or digit at both ends and on both sides of each dot.',
  );
