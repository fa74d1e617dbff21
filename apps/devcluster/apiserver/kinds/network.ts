import { ensure, recordsOf, setDefault } from '../fields.js';
import { type Strategy } from '../types.js';

export const ingressStrategy: Strategy = {
  prepare(ingress, old) {
    if (!old) ingress.status = { loadBalancer: {} };
  },
};

export const networkPolicyStrategy: Strategy = {
  defaults(policy) {
    const spec = ensure(policy, 'spec');
    ensure(spec, 'podSelector');
    setDefault(spec, 'policyTypes', spec['egress'] === undefined ? ['Ingress'] : ['Ingress', 'Egress']);
    for (const direction of ['ingress', 'egress']) {
      for (const rule of recordsOf(spec[direction])) {
        for (const port of recordsOf(rule['ports'])) setDefault(port, 'protocol', 'TCP');
      }
    }
  },
};
