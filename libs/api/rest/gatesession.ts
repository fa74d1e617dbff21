import { z } from 'zod';
import { ConsoleKind } from './names.js';

/** A GateSession as lists and pages show it. */
export const GateSessionView = z
  .object({
    name: z.string(),
    namespace: z.string(),
    created: z.string(),
    vm: z.string(),
    'vm-namespace': z.string().meta({
      description: 'Namespace of the VM; the record itself is in the namespace of the gateway',
    }),
    kind: ConsoleKind,
    who: z.string(),
    'client-address': z.string(),
    pod: z.string(),
    phase: z.enum(['Active', 'Ended']),
    started: z.string().exactOptional(),
    ended: z.string().exactOptional(),
    'bytes-in': z.number(),
    'bytes-out': z.number(),
    reason: z.string().exactOptional(),
  })
  .meta({ id: 'GateSession', description: 'The record of one console' });
export type GateSessionView = z.infer<typeof GateSessionView>;

export const GateSessionList = z.object({ items: z.array(GateSessionView) }).meta({ id: 'GateSessionList' });
export type GateSessionList = z.infer<typeof GateSessionList>;
