import { ensure } from '../fields.js';
import { type Strategy } from '../types.js';

export const leaseStrategy: Strategy = {
  versionedUpdates: true,
  defaults: (lease) => void ensure(lease, 'spec'),
};
