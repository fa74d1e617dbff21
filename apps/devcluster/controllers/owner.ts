import { apiVersion, type KubeObject, type ResourceType } from '#libs/kube';
import { type OwnerReference } from '#libs/wire';

/** The reference to the one owner that controls an object. */
function controllerOf(object: KubeObject): OwnerReference | undefined {
  return object.metadata.ownerReferences?.find(({ controller }) => controller);
}

/** Whether `owner` controls `object`. */
export const controls = (owner: KubeObject, object: KubeObject): boolean =>
  controllerOf(object)?.uid === owner.metadata.uid;

/** The reference that makes `owner` the controller. */
export function controllerReference(type: ResourceType, { metadata }: KubeObject): OwnerReference {
  return {
    apiVersion: apiVersion(type),
    kind: type.kind,
    name: metadata.name ?? '',
    uid: metadata.uid ?? '',
    controller: true,
    blockOwnerDeletion: true,
  };
}

/** Key of the controlling owner when that is of this kind: where an event of the dependent goes. */
export function ownerKey(kind: string): (object: KubeObject) => string[] {
  return (object) => {
    const owner = controllerOf(object);
    return owner?.kind === kind ? [`${object.metadata.namespace}/${owner.name}`] : [];
  };
}
