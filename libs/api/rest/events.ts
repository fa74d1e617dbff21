import { z } from 'zod';
import { GateSessionView } from './gatesession.js';
import { GateTokenView } from './gatetoken.js';
import { Vm } from './vm.js';

/** One event of GET .../events (server-sent events; the event's name is `change`). */
export const ChangeEvent = z
  .union([
    z.object({ kind: z.literal('vm'), type: z.literal('put'), object: Vm }),
    z.object({ kind: z.literal('gatetoken'), type: z.literal('put'), object: GateTokenView }),
    z.object({ kind: z.literal('gatesession'), type: z.literal('put'), object: GateSessionView }),
    z.object({ kind: z.enum(['vm', 'gatetoken', 'gatesession']), type: z.literal('delete'), name: z.string() }),
    z.object({ kind: z.literal('reset'), type: z.literal('reset') }),
  ])
  .meta({
    id: 'ChangeEvent',
    description: 'The data of an event named `change`. After a reset, fetch the lists again: a watch has restarted',
  });
export type ChangeEvent = z.infer<typeof ChangeEvent>;
