import { SIGNING_KEY } from '#libs/api';
import { type KubeObject } from '#libs/kube';

const ESSENTIAL = ['name', 'namespace', 'uid', 'resourceVersion', 'deletionTimestamp', 'ownerReferences'] as const;

/**
 * Which object, which version, whose, and whether it is marked as a signing key. No other annotation stays in memory:
 * kubectl's last-applied-configuration has the data of a Secret.
 */
export function essentials({ metadata }: KubeObject): KubeObject {
  const kept = Object.fromEntries(ESSENTIAL.flatMap((name) => (name in metadata ? [[name, metadata[name]]] : [])));
  const mark = metadata.annotations?.[SIGNING_KEY];
  return { metadata: { ...kept, ...(mark === undefined ? {} : { annotations: { [SIGNING_KEY]: mark } }) } };
}
