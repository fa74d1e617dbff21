import { ensure } from '../fields.js';
import { type Strategy } from '../types.js';

export const namespaceStrategy: Strategy = {
  nameRule: 'label',
  returnsDeleted: true,
  prepare(namespace, old) {
    const labels = (namespace.metadata.labels ??= {});
    labels['kubernetes.io/metadata.name'] = namespace.metadata.name;
    // Only the subresource `finalize` changes these once the namespace exists.
    ensure(namespace, 'spec')['finalizers'] = old ? old.spec?.['finalizers'] : ['kubernetes'];
    if (!old) namespace.status = { phase: 'Active' };
  },
};
