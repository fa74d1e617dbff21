import { z } from 'zod';

/** Right of RBAC that a user needs and does not have. */
export const MissingRight = z
  .object({
    verb: z.enum(['get', 'list', 'watch']),
    resource: z.enum(['virtualmachines', 'virtualmachineinstances', 'gatesessions', 'gatetokens']),
  })
  .meta({ id: 'MissingRight', description: 'A right that the signed-in user lacks' });
export type MissingRight = z.infer<typeof MissingRight>;
