export type { Condition, ObjectMeta } from '#libs/wire';

export const GROUP = 'kubegateway.kubevirt.io';
export const VERSION = 'v1beta1';
export const API_VERSION = `${GROUP}/${VERSION}`;
