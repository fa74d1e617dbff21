import { ensure, isFields, recordsOf, setDefault } from '../fields.js';
import { cause } from '../status.js';
import { type Strategy } from '../types.js';

export const ingressStrategy: Strategy = {
  prepare(ingress, old) {
    if (!old) ingress.status = { loadBalancer: {} };
  },
  validate(ingress) {
    const spec = ingress.spec ?? {};
    const rules = recordsOf(spec['rules']);
    if (rules.length === 0 && !spec['defaultBackend']) {
      return [cause.invalid('spec', spec, 'either `defaultBackend` or `rules` must be specified')];
    }
    return rules.flatMap((rule, index) => {
      const http = rule['http'];
      const paths = isFields(http) ? recordsOf(http['paths']) : [];
      return paths.flatMap((path, at) =>
        path['pathType']
          ? []
          : [cause.required(`spec.rules[${index}].http.paths[${at}].pathType`, 'pathType must be specified')],
      );
    });
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
