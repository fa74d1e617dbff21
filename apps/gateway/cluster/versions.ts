import { type KubeObject } from '#libs/kube';

/** API servers count resourceVersions up, as documented since 1.35; a string that is not a number counts as newer. */
export function isOlder(object: KubeObject, known: KubeObject): boolean {
  const [a, b] = [Number(object.metadata.resourceVersion), Number(known.metadata.resourceVersion)];
  return Number.isFinite(a) && Number.isFinite(b) && a < b;
}
