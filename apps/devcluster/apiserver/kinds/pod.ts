import { at, ensure, isFields, recordsOf, setDefault, textOf } from '../fields.js';
import { validatePodSpec } from './pod-spec.js';
import { type Fields, type Strategy } from '../types.js';

/** The mode of files in volumes where nothing is said: 0644. */
const FILE_MODE = 420;

/** Defaults of a pod's spec, in place; also for the templates of Deployments and ReplicaSets. */
export function defaultPodSpec(spec: Fields): void {
  setDefault(spec, 'restartPolicy', 'Always');
  setDefault(spec, 'terminationGracePeriodSeconds', 30);
  setDefault(spec, 'dnsPolicy', 'ClusterFirst');
  setDefault(spec, 'securityContext', {});
  setDefault(spec, 'schedulerName', 'default-scheduler');
  for (const list of ['initContainers', 'containers']) {
    recordsOf(spec[list]).forEach(defaultContainer);
  }
  recordsOf(spec['volumes']).forEach(defaultVolume);
  if (spec['serviceAccountName'] !== undefined) spec['serviceAccount'] ??= spec['serviceAccountName'];
}

function defaultContainer(container: Fields): void {
  setDefault(container, 'imagePullPolicy', pullPolicy(textOf(container['image'])));
  setDefault(container, 'terminationMessagePath', '/dev/termination-log');
  setDefault(container, 'terminationMessagePolicy', 'File');
  setDefault(container, 'resources', {});
  for (const port of recordsOf(container['ports'])) setDefault(port, 'protocol', 'TCP');
  for (const variable of recordsOf(container['env'])) {
    const ref = at(variable, 'valueFrom', 'fieldRef');
    if (isFields(ref)) setDefault(ref, 'apiVersion', 'v1');
  }
  for (const probe of ['livenessProbe', 'readinessProbe', 'startupProbe']) {
    const value = container[probe];
    if (isFields(value)) defaultProbe(value);
  }
  for (const hook of ['preStop', 'postStart']) defaultHttpGet(at(container, 'lifecycle', hook, 'httpGet'));
}

/** Tag `latest`, written or not, is pulled each time. */
function pullPolicy(image: string): string {
  if (image.includes('@')) return 'IfNotPresent';
  const tag = image.slice(image.lastIndexOf('/') + 1).split(':')[1] ?? 'latest';
  return tag === 'latest' ? 'Always' : 'IfNotPresent';
}

function defaultProbe(probe: Fields): void {
  setDefault(probe, 'timeoutSeconds', 1);
  setDefault(probe, 'periodSeconds', 10);
  setDefault(probe, 'successThreshold', 1);
  setDefault(probe, 'failureThreshold', 3);
  defaultHttpGet(probe['httpGet']);
}

function defaultHttpGet(get: unknown): void {
  if (!isFields(get)) return;
  setDefault(get, 'path', '/');
  setDefault(get, 'scheme', 'HTTP');
}

function defaultVolume(volume: Fields): void {
  for (const source of ['secret', 'configMap', 'downwardAPI', 'projected']) {
    const value = volume[source];
    if (isFields(value)) setDefault(value, 'defaultMode', FILE_MODE);
  }
  for (const source of recordsOf(at(volume, 'projected', 'sources'))) {
    const token = source['serviceAccountToken'];
    if (isFields(token)) setDefault(token, 'expirationSeconds', 3600);
  }
  const sources = Object.keys(volume).filter((key) => key !== 'name');
  if (sources.length === 0) volume['emptyDir'] = {};
}

export const podStrategy: Strategy = {
  returnsDeleted: true,
  defaults(pod) {
    const spec = ensure(pod, 'spec');
    defaultPodSpec(spec);
    setDefault(spec, 'enableServiceLinks', true);
  },
  /** A new pod runs as its namespace's default account; its sender does not own that. */
  prepare(pod, old) {
    if (old) return;
    pod.status = { phase: 'Pending' };
    const spec = ensure(pod, 'spec');
    spec['serviceAccount'] = spec['serviceAccountName'] ??= 'default';
  },
  validate: (pod) => validatePodSpec(pod.spec, 'spec'),
};
