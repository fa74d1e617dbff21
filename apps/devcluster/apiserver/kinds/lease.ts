import { ensure } from '../fields.js';
import { cause } from '../status.js';
import { type Strategy } from '../types.js';
import { nonNegative } from './faults.js';

export const leaseStrategy: Strategy = {
  versionedUpdates: true,
  defaults: (lease) => void ensure(lease, 'spec'),
  validate({ spec = {} }) {
    const seconds = spec['leaseDurationSeconds'];
    const wrong = typeof seconds === 'number' && seconds <= 0;
    return [
      ...(wrong ? [cause.invalid('spec.leaseDurationSeconds', seconds, 'must be greater than 0')] : []),
      ...nonNegative('spec.leaseTransitions', spec['leaseTransitions']),
    ];
  },
};
