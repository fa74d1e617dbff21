import { z } from 'zod';

/** An instant as RFC 3339 writes it. */
export const Instant = z.iso.datetime({ offset: true });

/** Whether there is something for each kind of console. */
export const PerConsole = z.object({ vnc: z.boolean(), serial: z.boolean() });

export const ConsoleKind = z.enum(['vnc', 'serial']);

const SUBDOMAIN = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;

/** Name of an object or a namespace: an RFC 1123 subdomain. */
export const KubeName = z
  .string('A name is missing.')
  .max(253, 'A Kubernetes name has at most 253 characters.')
  .regex(SUBDOMAIN, 'A Kubernetes name consists of lowercase letters, digits, dots and hyphens.');
