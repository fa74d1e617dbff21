import { type V1ContainerStatus, type V1DeploymentSpec, type V1DeploymentStatus } from '@kubernetes/client-node';
import { type Served } from '#libs/kube';
import { type PodObject } from '../cluster/manifest.js';
import { type Gathered } from './gather.js';

/** Why a condition is False: a word, and what happened and what to do as sentences. */
export interface Cause {
  reason: string;
  message: string;
}

/** Reasons of the kubelet. */
const NO_IMAGE: ReadonlySet<string> = new Set([
  'ErrImagePull',
  'ImagePullBackOff',
  'InvalidImageName',
  'ErrImageNeverPull',
  'ImageInspectError',
  'RegistryUnavailable',
  'SignatureValidationFailed',
]);
/** What the kubelet says of containers on their way. */
const ON_ITS_WAY: ReadonlySet<string> = new Set(['ContainerCreating', 'PodInitializing']);
/** A registry's answer may be a whole page. */
const LONGEST_QUOTE = 500;

/** Why not all gateways are ready, from what the operator sees; undefined while nothing speaks against it. */
export function causeOf(gathered: Gathered): Cause | undefined {
  const found = notReady(gathered)
    .map((pod) => podCause(pod, gathered))
    .find((cause) => cause !== undefined);
  return notCreated(gathered) ?? found ?? pausedCause(gathered) ?? withoutKubeVirt(gathered);
}

/** Where to look while a gateway runs and is not ready: what it waits for, only its log says. */
export function logHint(gathered: Gathered): string {
  const name = notReady(gathered).find(isRunning)?.metadata.name;
  if (name === undefined) return '';
  return ` Pod ${name} is running but not ready yet. If this persists, run "kubectl logs ${name} -n ${gathered.namespace}" to see why.`;
}

/** The newest first. */
function notReady({ pods }: Gathered): PodObject[] {
  const waiting = pods.filter((pod) => !pod.metadata.deletionTimestamp && !isTrue(pod, 'Ready'));
  return waiting.sort((a, b) => (age(a) < age(b) ? 1 : -1));
}

const isRunning = ({ status }: PodObject) => status?.containerStatuses?.some(({ state }) => state?.running) === true;

const age = ({ metadata }: PodObject) => `${String(metadata.creationTimestamp)} ${metadata.name}`;

function conditionOf({ status }: PodObject, type: string) {
  return status?.conditions?.find((one) => one.type === type);
}

const isTrue = (pod: PodObject, type: string) => conditionOf(pod, type)?.status === 'True';

/** A quota, a security policy or a webhook refuses the pods: only the Deployment says so. */
function notCreated({ deployment }: Gathered): Cause | undefined {
  const { conditions = [] } = (deployment?.['status'] ?? {}) as Served<V1DeploymentStatus>;
  const failure = conditions.find(({ type, status }) => type === 'ReplicaFailure' && status === 'True');
  if (!failure) return undefined;
  const message = `The cluster refuses to create the gateway's pods${quoted(failure.message)} Adjust the quota, policy or webhook that refuses them.`;
  return { reason: 'PodsNotCreated', message };
}

/** Someone paused its rollouts: the operator leaves the field alone, as `kubectl rollout pause` is theirs to use. */
export function pausedCause({ deployment, name, namespace }: Gathered): Cause | undefined {
  const { paused } = (deployment?.['spec'] ?? {}) as Served<V1DeploymentSpec>;
  if (paused !== true) return undefined;
  const message = `Deployment ${name} is paused: changes do not reach its gateways. To resume it, run "kubectl rollout resume deployment/${name} -n ${namespace}".`;
  return { reason: 'DeploymentPaused', message };
}

function podCause(pod: PodObject, gathered: Gathered): Cause | undefined {
  const { name = '' } = pod.metadata;
  const scheduled = conditionOf(pod, 'PodScheduled');
  if (scheduled?.status === 'False') {
    const message = `No node can run pod ${name}${quoted(scheduled.message)} Free up resources on a node, or add a node.`;
    return { reason: 'PodNotScheduled', message };
  }
  for (const container of pod.status?.containerStatuses ?? []) {
    const cause = containerCause(name, container as Served<V1ContainerStatus>, gathered);
    if (cause) return cause;
  }
  if (pod.status?.phase !== 'Failed') return undefined;
  const message = `Pod ${name} failed${quoted(pod.status.message ?? pod.status.reason)} See "kubectl describe pod ${name} -n ${gathered.namespace}".`;
  return { reason: 'PodFailed', message };
}

function containerCause(pod: string, container: Served<V1ContainerStatus>, gathered: Gathered): Cause | undefined {
  const { state = {}, lastState = {}, ready } = container;
  const { waiting } = state;
  const { reason = '' } = waiting ?? {};
  if (NO_IMAGE.has(reason)) {
    const whose = gathered.settings.img === undefined ? 'GATEWAY_IMAGE of the operator' : 'spec.img';
    const message = `Pod ${pod} cannot pull the image ${container.image}${quoted(waiting?.message ?? reason)} Check ${whose}, and that the nodes may pull from its registry.`;
    return { reason: 'ImageNotPulled', message };
  }
  const ended = state.terminated ?? lastState.terminated;
  if (ended && !ready) {
    const how = ended.signal ? `signal ${ended.signal}` : `exit code ${ended.exitCode}`;
    const log = `kubectl logs ${pod} -n ${gathered.namespace} -c ${container.name}${state.terminated ? '' : ' --previous'}`;
    const message = `Pod ${pod} stopped unexpectedly: its container ${container.name} ended with ${how}${quoted(ended.message ?? ended.reason)} To see its log, run "${log}".`;
    return { reason: 'PodCrashes', message };
  }
  if (reason === '' || ON_ITS_WAY.has(reason)) return undefined;
  const message = `Pod ${pod} cannot start its container ${container.name}${quoted(waiting?.message ?? reason)} See "kubectl describe pod ${pod} -n ${gathered.namespace}".`;
  return { reason: 'ContainerNotStarted', message };
}

/** `: what it says.` in one line; `.` where it says nothing. */
function quoted(text = ''): string {
  const line = text.replaceAll(/\s+/g, ' ').trim().slice(0, LONGEST_QUOTE);
  return line === '' ? '.' : `: ${line.replace(/[.:]$/, '')}.`;
}

function withoutKubeVirt({ groups }: Gathered): Cause | undefined {
  if (groups.includes('kubevirt.io')) return undefined;
  const message =
    'KubeVirt is not installed on this cluster (it serves no API group kubevirt.io), and the gateways wait for it: install KubeVirt.';
  return { reason: 'KubeVirtMissing', message };
}

/** No controller serves an Ingress whose class does not exist: by the class, it knows which ones are its own. */
export function classCause({ settings, ingressClass }: Gathered): Cause | undefined {
  if (ingressClass !== 'missing') return undefined;
  const message = `spec.ingress-class: this cluster has no IngressClass ${settings['ingress-class']}, so nothing serves the Ingress. Use one that "kubectl get ingressclasses" lists, or ask the administrator of the cluster to create it.`;
  return { reason: 'IngressClassMissing', message };
}

/** Why the host name does not lead to a gateway though gateways may run. */
export function exposureCause({ name, namespace, settings, service }: Gathered): Cause | undefined {
  const { loadBalancer = {} } = (service?.['status'] ?? {}) as { loadBalancer?: { ingress?: unknown[] } };
  if (settings.expose !== 'loadbalancer' || (loadBalancer.ingress ?? []).length > 0) return undefined;
  const message = `Service ${name} has no external address yet. If this persists, the cluster cannot provide a load balancer: see "kubectl describe service ${name} -n ${namespace}".`;
  return { reason: 'NoLoadBalancer', message };
}
