import { type KubeObject } from '#libs/kube';

/** A string that is not a number counts as newer, if it is another one. */
export function isNewer(object: KubeObject, known: KubeObject): boolean {
  return !isOlder(object, known) && object.metadata.resourceVersion !== known.metadata.resourceVersion;
}

/** API servers count resourceVersions up, as documented since 1.35; a string that is not a number counts as newer. */
export function isOlder(object: KubeObject, known: KubeObject): boolean {
  const [a, b] = [Number(object.metadata.resourceVersion), Number(known.metadata.resourceVersion)];
  return Number.isFinite(a) && Number.isFinite(b) && a < b;
}
