import { z } from 'zod';
import { GateSessionView } from './gatesession.js';
import { GateTokenView } from './gatetoken.js';
import { MissingRight } from './missing-right.js';
import { Vm } from './vm.js';

/** One event of GET .../events (server-sent events; the event's name is `change`). */
export const ChangeEvent = z
  .union([
    z.object({ kind: z.literal('vm'), type: z.literal('put'), object: Vm }),
    z.object({ kind: z.literal('gatetoken'), type: z.literal('put'), object: GateTokenView }),
    z.object({ kind: z.literal('gatesession'), type: z.literal('put'), object: GateSessionView }),
    z.object({ kind: z.enum(['vm', 'gatetoken', 'gatesession']), type: z.literal('delete'), name: z.string() }),
    z.object({
      kind: z.literal('reset'),
      type: z.literal('reset'),
      lacks: z.array(MissingRight).meta({
        description:
          'Rights without which changes are missing from this stream. Fetch a list regularly if `watch` is missing for a resource that it shows: for VMs, their instances or GateSessions, the stream has no VMs at all',
      }),
    }),
  ])
  .meta({
    id: 'ChangeEvent',
    description:
      'The data of an event named `change`. Each stream begins with a reset. After a reset, fetch the lists again: a watch has restarted',
  });
export type ChangeEvent = z.infer<typeof ChangeEvent>;
