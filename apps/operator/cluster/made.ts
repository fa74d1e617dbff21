import { type KubeObject } from '#libs/kube';
import { essentials } from './essentials.js';
import { INSTANCE, MANAGED_BY, OPERATOR } from './labels.js';
import { type Manifest, type PodObject } from './manifest.js';
import { namesOf } from './names.js';

/**
 * Whether the operator may have made an object that has its label. Whoever may create objects of its kind may give them
 * that label and an owner, but the API server deletes what has an owner that does not exist, and one GateServer has one
 * object of each of these names.
 */
export function isMade({ metadata }: KubeObject): boolean {
  const owner = metadata.ownerReferences?.find(({ controller }) => controller);
  if (owner?.kind !== 'GateServer') return false;
  return Object.values<string>(namesOf(owner.name)).includes(metadata.name ?? '');
}

/** What is kept of an object with the operator's label: all of what it made, and of others which and whose they are. */
export function made(object: Manifest): Manifest {
  if (isMade(object)) return object;
  const { metadata } = essentials(object);
  return { metadata: { ...metadata, labels: { [MANAGED_BY]: OPERATOR } } };
}

/** What is kept of a pod with the operator's label: which one, of which gateway, how old, and its status. */
export function gatewayPod({ metadata, status }: PodObject): PodObject {
  const { creationTimestamp, labels } = metadata;
  const instance = labels?.[INSTANCE];
  return {
    metadata: {
      ...essentials({ metadata }).metadata,
      ...(creationTimestamp === undefined ? {} : { creationTimestamp }),
      ...(instance === undefined ? {} : { labels: { [INSTANCE]: instance } }),
    },
    ...(status ? { status } : {}),
  };
}
