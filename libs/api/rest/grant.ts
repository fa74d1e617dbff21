import { z } from 'zod';
import { ConsoleKind, Instant, KubeName, PerConsole } from './names.js';

/** Query of GET /grant */
export const GrantQuery = z.object({
  namespace: KubeName,
  vm: KubeName,
  kind: ConsoleKind.exactOptional().meta({
    description: 'Console to open: of several grants for the VM, the one that opens it is described',
  }),
});

/** GET /grant?namespace=&vm= : for a guest, of the grant that their cookie holds for this VM. 401 without one. */
export const GrantInfo = z
  .object({
    namespace: z.string(),
    vm: z.string(),
    until: Instant,
    consoles: PerConsole.meta({ description: 'Consoles of the VM that the grants of this browser allow' }),
    has: PerConsole.meta({ description: "Consoles that the VM's hardware has" }),
    'view-only': z.boolean(),
    'take-over': z.boolean(),
    description: z.string().exactOptional(),
    issuer: z.string().exactOptional().meta({ description: 'Who issued the grant, where that is known' }),
    'vm-status': z.string().exactOptional().meta({
      description: 'printableStatus of the VM, or NotFound; absent for a VM that the gateway does not watch',
    }),
    'vm-gone': z.boolean().exactOptional().meta({
      description: 'true: the VM that the grant was issued for was deleted, so the grant opens nothing any more',
    }),
    busy: PerConsole.meta({ description: 'Consoles that are in use by another browser' }),
  })
  .meta({ id: 'GrantInfo' });
export type GrantInfo = z.infer<typeof GrantInfo>;
