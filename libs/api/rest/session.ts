import { z } from 'zod';
import { Instant } from './names.js';

/** POST /login */
export const LoginRequest = z
  .object({
    token: z
      .string('The request has no token.')
      .trim()
      .regex(/^[\x21-\x7e]{1,16384}$/, 'The request has no token, or the token contains spaces or line breaks.')
      .meta({ description: 'A Kubernetes token, for example from `kubectl create token NAME`' }),
  })
  .meta({ id: 'LoginRequest' });
export type LoginRequest = z.infer<typeof LoginRequest>;

/** GET /session; 401 when nobody is signed in. */
export const SessionInfo = z
  .object({
    username: z.string(),
    groups: z.array(z.string()),
    method: z.enum(['token', 'oidc', 'openshift', 'bearer']).meta({ description: 'How the user signed in' }),
    until: Instant.exactOptional().meta({
      description: 'When the sign-in expires; absent when the credential alone decides',
    }),
    namespace: z.string().meta({ description: 'Namespace of the gateway: where the dashboard opens' }),
  })
  .meta({ id: 'SessionInfo' });
export type SessionInfo = z.infer<typeof SessionInfo>;

/** GET /namespaces */
export const NamespaceList = z
  .object({
    items: z.array(
      z.object({
        name: z.string(),
        gateserver: z.boolean().exactOptional().meta({
          description:
            'True: the namespace has a GateServer, so links can be issued; absent if the user may not list GateServers',
        }),
      }),
    ),
  })
  .meta({ id: 'NamespaceList' });
export type NamespaceList = z.infer<typeof NamespaceList>;
