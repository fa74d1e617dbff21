import { isKubeError, type KubeClient, type KubeObject, types } from '#libs/kube';
import { type NodeContext } from './context.js';

/** Who says so: on a cluster the scheduler tells where a pod goes, the kubelet everything else. */
const speaker = (reason: string): string => (reason === 'Scheduled' ? 'default-scheduler' : 'kubelet');

/** Records what happens to pods as core/v1 Events; the same one again only counts up. Never waits, never throws. */
export function podEvents(
  client: KubeClient,
  now: () => Date,
  onError: (error: unknown) => void,
): NodeContext['event'] {
  const known = new Map<string, { name: string; count: number }>();
  return (object, type, reason, message) => {
    const key = `${object.metadata.uid}/${reason}/${message}`;
    const former = known.get(key);
    const time = now()
      .toISOString()
      .replace(/\.\d+Z$/, 'Z');
    const { name: pod = '', namespace = '' } = object.metadata;
    const count = (former?.count ?? 0) + 1;
    const name = former?.name ?? `${pod}.${now().getTime().toString(16)}${known.size.toString(16)}`;
    known.set(key, { name, count });
    const sent = former
      ? client.patch(types.events, name, namespace, { count, lastTimestamp: time }, 'merge')
      : client.create(types.events, event(object, { name, type, reason, message, time, count }), namespace);
    sent.catch((error: unknown) => {
      known.delete(key);
      if (!isKubeError(error, 403, 404, 409)) onError(error);
    });
  };
}

interface Told {
  name: string;
  type: string;
  reason: string;
  message: string;
  time: string;
  count: number;
}

function event({ metadata }: KubeObject, { name, time, ...told }: Told) {
  const { name: pod, namespace = '', uid, resourceVersion } = metadata;
  return {
    metadata: { name, namespace },
    involvedObject: { apiVersion: 'v1', kind: 'Pod', name: pod, namespace, uid, resourceVersion },
    ...told,
    firstTimestamp: time,
    lastTimestamp: time,
    source: { component: speaker(told.reason), host: 'local' },
    reportingComponent: speaker(told.reason),
    reportingInstance: 'local',
  };
}
