import { SIGNING_KEY } from '#libs/api';
import { type KubeObject } from '#libs/kube';

/** Field manager of everything that the operator writes, and the value of its managed-by label. */
export const OPERATOR = 'kube-gateway-operator';

/** On every object that the operator owns: what its watches select by. */
export const MANAGED_BY = 'app.kubernetes.io/managed-by';
export const OWNED_SELECTOR = `${MANAGED_BY}=${OPERATOR}`;

/** The GateServer that an object is for. */
export const INSTANCE = 'app.kubernetes.io/instance';

/** Does a Secret have the mark of a signing key? */
export const isSigningKey = ({ metadata }: KubeObject): boolean => metadata.annotations?.[SIGNING_KEY] === 'true';
