export type { Condition, ObjectMeta, OwnerReference } from '#libs/wire';

export const GROUP = 'kubegateway.kubevirt.io';
export const VERSION = 'v1beta1';
export const API_VERSION = `${GROUP}/${VERSION}`;
