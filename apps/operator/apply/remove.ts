import { isKubeError, type KubeClient, type KubeObject, type ResourceType } from '#libs/kube';

/** Deletes this very object. One that is gone already, or has made room for another of its name, is left alone. */
export async function remove(
  client: Pick<KubeClient, 'delete'>,
  type: ResourceType,
  { name = '', namespace, uid }: KubeObject['metadata'],
): Promise<void> {
  try {
    await client.delete(type, name, namespace, uid ? { uid } : {});
  } catch (error) {
    if (!isKubeError(error, 404, 409)) throw error;
  }
}
