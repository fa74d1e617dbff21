import { type Condition } from './meta.js';
import { type Schema, type SchemaOf } from './schema.js';

/** metav1.Condition, a list of which is keyed by type: two writers may own one condition each. */
export const conditions: Schema = {
  type: 'array',
  description: 'What was observed of this object, one entry a type.',
  'x-kubernetes-list-type': 'map',
  'x-kubernetes-list-map-keys': ['type'],
  items: {
    type: 'object',
    required: ['type', 'status', 'reason', 'message', 'lastTransitionTime'],
    properties: {
      type: { type: 'string', description: 'What this condition is about, in CamelCase.', maxLength: 316 },
      status: { type: 'string', description: 'True, False or Unknown.', enum: ['True', 'False', 'Unknown'] },
      reason: {
        type: 'string',
        description: 'Why, in one CamelCase word for programs.',
        minLength: 1,
        maxLength: 1024,
      },
      message: { type: 'string', description: 'Why, for people, and what to change.', maxLength: 32768 },
      lastTransitionTime: { type: 'string', description: 'When the status changed last.', format: 'date-time' },
      observedGeneration: {
        type: 'integer',
        description: 'metadata.generation of the spec that was looked at.',
        format: 'int64',
        minimum: 0,
      },
    } satisfies SchemaOf<Condition>,
  },
};
