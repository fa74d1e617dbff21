import { at, ensure, fieldsOf, isFields, recordsOf, same, setDefault, textOf } from '../fields.js';
import { cause } from '../status.js';
import { type Cause, type Fields, type KubeObject, type Strategy } from '../types.js';

/** The mode of files in volumes where nothing is said: 0644. */
const FILE_MODE = 420;

/** Defaults of a pod's spec, in place; also for the templates of Deployments and ReplicaSets. */
export function defaultPodSpec(spec: Fields): void {
  setDefault(spec, 'restartPolicy', 'Always');
  setDefault(spec, 'terminationGracePeriodSeconds', 30);
  setDefault(spec, 'dnsPolicy', 'ClusterFirst');
  setDefault(spec, 'securityContext', {});
  setDefault(spec, 'schedulerName', 'default-scheduler');
  for (const list of ['initContainers', 'containers']) recordsOf(spec[list]).forEach(defaultContainer);
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
  const get = probe['httpGet'];
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

export function validatePodSpec(spec: unknown, path: string): Cause[] {
  const containers = recordsOf(at(spec, 'containers'));
  if (containers.length === 0) return [cause.required(`${path}.containers`)];
  const causes: Cause[] = [];
  const seen = new Set<string>();
  containers.forEach((container, index) => {
    const field = `${path}.containers[${index}]`;
    const name = textOf(container['name']);
    if (!name) causes.push(cause.required(`${field}.name`));
    else if (seen.has(name)) causes.push(cause.duplicate(`${field}.name`, name));
    seen.add(name);
    if (!container['image']) causes.push(cause.required(`${field}.image`));
  });
  return causes;
}

function preparePod(pod: KubeObject, old: KubeObject | undefined): void {
  const spec = ensure(pod, 'spec');
  if (old) return;
  pod.status = { phase: 'Pending', qosClass: qosClass(spec) };
}

function qosClass(spec: Fields): string {
  const containers = [...recordsOf(spec['containers']), ...recordsOf(spec['initContainers'])];
  const resources = containers.map((container) => fieldsOf(container['resources']));
  const named = resources.some(
    ({ limits, requests }) => Object.keys(fieldsOf(limits)).length + Object.keys(fieldsOf(requests)).length > 0,
  );
  if (!named) return 'BestEffort';
  const guaranteed = resources.every(({ limits, requests }) => {
    const limit = fieldsOf(limits);
    const asked = requests === undefined ? limit : fieldsOf(requests);
    return ['cpu', 'memory'].every((unit) => limit[unit] !== undefined && same(limit[unit], asked[unit]));
  });
  return guaranteed ? 'Guaranteed' : 'Burstable';
}

const POD_CHANGES =
  'pod updates may not change fields other than `spec.containers[*].image`,`spec.initContainers[*].image`,' +
  '`spec.activeDeadlineSeconds`,`spec.tolerations` (only additions to existing tolerations),' +
  '`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)';

/** What of a pod's spec may not change: all but images, the deadline, tolerations, and the node where none was set. */
function fixedPart(pod: KubeObject, reference: KubeObject): Fields {
  const spec = structuredClone(pod.spec ?? {});
  for (const list of ['initContainers', 'containers', 'ephemeralContainers']) {
    for (const container of recordsOf(spec[list])) delete container['image'];
  }
  for (const field of ['activeDeadlineSeconds', 'tolerations', 'terminationGracePeriodSeconds']) delete spec[field];
  if (!reference.spec?.['nodeName']) delete spec['nodeName'];
  return spec;
}

export const podStrategy: Strategy = {
  returnsDeleted: true,
  defaults(pod) {
    const spec = ensure(pod, 'spec');
    defaultPodSpec(spec);
    setDefault(spec, 'enableServiceLinks', true);
  },
  prepare: preparePod,
  validate(pod, old) {
    const causes = validatePodSpec(pod.spec, 'spec');
    if (old && !same(fixedPart(pod, old), fixedPart(old, old))) causes.push(cause.forbidden('spec', POD_CHANGES));
    return causes;
  },
};
