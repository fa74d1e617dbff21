import { EventRecorder, type KubeClient, type KubeObject, type ResourceType } from '#libs/kube';

/** Says in an Event what a controller did to an object; nobody waits for it. */
export type Tell = (object: KubeObject, reason: string, message: string) => void;

/** @param component who speaks: `deployment-controller` */
export function tellOf(
  client: KubeClient,
  component: string,
  type: ResourceType,
  now: () => Date,
  onError: (error: unknown) => void,
): Tell {
  const recorder = new EventRecorder(client, { component, now, onError });
  return (object, reason, message) => recorder.record(object, 'Normal', reason, message, type);
}
