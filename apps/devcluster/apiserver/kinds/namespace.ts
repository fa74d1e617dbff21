import { ensure } from '../fields.js';
import { type Strategy } from '../types.js';

export const namespaceStrategy: Strategy = {
  nameRule: 'label',
  returnsDeleted: true,
  defaults({ metadata }) {
    if (metadata.name) metadata.labels = { ...metadata.labels, 'kubernetes.io/metadata.name': metadata.name };
  },
  prepare(namespace, old) {
    // Only the subresource `finalize` changes these once the namespace exists.
    ensure(namespace, 'spec')['finalizers'] = old ? old.spec?.['finalizers'] : ['kubernetes'];
    if (!old) namespace.status = { phase: 'Active' };
  },
};
