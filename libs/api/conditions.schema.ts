import { type Condition } from './meta.js';
import { type Schema, type SchemaOf } from './schema.js';

/** metav1.Condition, a list of which is keyed by type: two writers may own one condition each. */
export const conditions: Schema = {
  type: 'array',
  description: 'The latest observations of this object, one entry per type.',
  'x-kubernetes-list-type': 'map',
  'x-kubernetes-list-map-keys': ['type'],
  items: {
    type: 'object',
    required: ['type', 'status', 'reason', 'message', 'lastTransitionTime'],
    properties: {
      type: { type: 'string', description: 'Type of the condition, in CamelCase.', maxLength: 316 },
      status: { type: 'string', description: 'True, False or Unknown.', enum: ['True', 'False', 'Unknown'] },
      reason: {
        type: 'string',
        description: 'Machine-readable reason, in CamelCase.',
        minLength: 1,
        maxLength: 1024,
      },
      message: {
        type: 'string',
        description: 'Human-readable explanation: why, and what to change.',
        maxLength: 32768,
      },
      lastTransitionTime: { type: 'string', description: 'When the status last changed.', format: 'date-time' },
      observedGeneration: {
        type: 'integer',
        description: 'The metadata.generation that this status describes.',
        format: 'int64',
        minimum: 0,
      },
    } satisfies SchemaOf<Condition>,
  },
};
