/** Field manager of everything that the operator writes, and the value of its managed-by label. */
export const OPERATOR = 'kube-gateway-operator';

/** On every object that the operator owns: what its watches select by. */
export const MANAGED_BY = 'app.kubernetes.io/managed-by';
export const OWNED_SELECTOR = `${MANAGED_BY}=${OPERATOR}`;
