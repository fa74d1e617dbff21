import { z } from 'zod';
import { MissingRight } from './missing-right.js';
import { ConsoleKind, Instant, PerConsole } from './names.js';

export const VmAction = z.enum(['start', 'stop', 'restart', 'pause', 'unpause']);
export type VmAction = z.infer<typeof VmAction>;

/** metav1.Condition, as KubeVirt writes it: what it leaves out is empty. */
const VmCondition = z
  .object({
    type: z.string(),
    status: z.enum(['True', 'False', 'Unknown']),
    reason: z.string(),
    message: z.string(),
    lastTransitionTime: z.string(),
    observedGeneration: z.int().meta({ example: 1 }).exactOptional(),
  })
  .meta({ id: 'Condition' });

const Viewer = z.object({
  session: z.string().meta({ description: 'Name of the GateSession' }),
  kind: ConsoleKind,
  who: z.string(),
  since: z.string(),
});

const May = PerConsole.extend({
  issue: z.boolean(),
  start: z.boolean(),
  stop: z.boolean(),
  restart: z.boolean(),
  pause: z.boolean(),
  unpause: z.boolean(),
});

/** A VM joined with its VMI. */
export const Vm = z
  .object({
    name: z.string(),
    namespace: z.string(),
    uid: z.string(),
    created: Instant,
    status: z.string().meta({ description: 'printableStatus of KubeVirt: Running, Stopped, Paused, Starting, ...' }),
    ready: z.boolean(),
    node: z.string().exactOptional(),
    ips: z.array(z.string()),
    cpu: z.number().exactOptional().meta({ description: 'Number of virtual CPUs' }),
    memory: z.string().exactOptional().meta({ description: 'Kubernetes quantity, as written: 64M' }),
    os: z.string().exactOptional(),
    conditions: z.array(VmCondition),
    consoles: PerConsole.meta({ description: 'Consoles that the VM has now; none while it is not running' }),
    viewers: z.array(Viewer).meta({ description: 'Who is using the consoles, from Active GateSessions' }),
    may: May.meta({ description: 'What the signed-in user can do with it' }),
    lacks: z.array(MissingRight).meta({
      description:
        'Rights that the signed-in user lacks. What they would show is unknown, not absent: node, IP addresses and OS without the right to virtualmachineinstances, viewers without that to gatesessions',
    }),
  })
  .meta({ id: 'Vm' });
export type Vm = z.infer<typeof Vm>;

export const VmList = z.object({ items: z.array(Vm) }).meta({ id: 'VmList' });
export type VmList = z.infer<typeof VmList>;

/** GET .../vms/{vm}/screenshot */
export const Screenshot = z.string().meta({ id: 'Screenshot', format: 'binary', description: 'A PNG' });
