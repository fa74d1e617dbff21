import { z } from 'zod';

/** metav1.Status: the shape of every error that the Kubernetes API and this product answer with. */
export const Status = z
  .object({
    kind: z.literal('Status'),
    apiVersion: z.literal('v1'),
    metadata: z.object({}).exactOptional(),
    status: z.enum(['Failure', 'Success']),
    message: z.string().meta({ description: 'What happened and what to do' }),
    reason: z.string(),
    code: z.int().min(100).max(599).meta({ description: 'The HTTP status', example: 404 }),
    details: z
      .object({
        name: z.string().exactOptional(),
        group: z.string().exactOptional(),
        kind: z.string().exactOptional(),
        uid: z.string().exactOptional(),
        retryAfterSeconds: z.number().exactOptional(),
        causes: z
          .array(
            z.object({
              reason: z.string().exactOptional(),
              message: z.string().exactOptional(),
              field: z.string().exactOptional(),
            }),
          )
          .exactOptional(),
      })
      .exactOptional()
      .meta({ description: '422: `causes` names each field that is invalid, with its path' }),
  })
  .meta({ id: 'Status', description: 'An error, in the shape of Kubernetes' });
export type Status = z.infer<typeof Status>;
