import { at, fieldsOf, isFields, listOf, recordsOf, textOf, textsOf } from '../fields.js';
import { labelKeyFaults } from '../names.js';
import { cause } from '../status.js';
import { type Cause, type Fields } from '../types.js';
import { containerFaults } from './containers.js';
import { between, ipAddress, named, oneOf } from './faults.js';
import { volumeFaults } from './volumes.js';

const RESTART = ['Always', 'OnFailure', 'Never'];
const DNS = ['ClusterFirstWithHostNet', 'ClusterFirst', 'Default', 'None'];
const EFFECTS = ['NoSchedule', 'PreferNoSchedule', 'NoExecute'];
const UNSATISFIABLE = ['DoNotSchedule', 'ScheduleAnyway'];

/** Follows ValidatePodSpec of k8s.io/kubernetes/pkg/apis/core/validation, as far as people get it wrong. */
export function validatePodSpec(value: unknown, path: string): Cause[] {
  const spec = fieldsOf(value);
  const volumes = recordsOf(spec['volumes']);
  const names = new Set(volumes.map(({ name }) => textOf(name)));
  const taken = new Set<string>();
  const containers = recordsOf(spec['containers']);
  return [
    ...volumeFaults(volumes, `${path}.volumes`),
    ...(containers.length === 0 ? [cause.required(`${path}.containers`)] : []),
    ...containerFaults(containers, `${path}.containers`, { volumes: names, taken }),
    ...initFaults(recordsOf(spec['initContainers']), `${path}.initContainers`, { volumes: names, taken }),
    ...oneOf(`${path}.restartPolicy`, spec['restartPolicy'], RESTART),
    ...oneOf(`${path}.dnsPolicy`, spec['dnsPolicy'], DNS),
    ...(spec['dnsPolicy'] === 'None' && spec['dnsConfig'] === undefined
      ? [cause.required(`${path}.dnsConfig`, 'must provide `dnsConfig` when `dnsPolicy` is None')]
      : []),
    ...selectorFaults(fieldsOf(spec['nodeSelector']), `${path}.nodeSelector`),
    ...['fsGroup', 'runAsUser', 'runAsGroup'].flatMap((name) =>
      between(`${path}.securityContext.${name}`, at(spec, 'securityContext', name), 0),
    ),
    ...placeFaults(spec, path),
    ...tolerationFaults(recordsOf(spec['tolerations']), `${path}.tolerations`),
    ...spreadFaults(recordsOf(spec['topologySpreadConstraints']), `${path}.topologySpreadConstraints`),
    ...(isFields(spec['os']) ? oneOf(`${path}.os`, spec['os']['name'], ['linux', 'windows']) : []),
  ];
}

function initFaults(containers: Fields[], path: string, around: Parameters<typeof containerFaults>[2]): Cause[] {
  const detail = 'may not be set for init containers without restartPolicy=Always';
  const probes = containers.flatMap((container, index) =>
    container['restartPolicy'] === 'Always'
      ? []
      : ['lifecycle', 'livenessProbe', 'readinessProbe', 'startupProbe']
          .filter((name) => container[name] !== undefined)
          .map((name) => cause.forbidden(`${path}[${index}].${name}`, detail)),
  );
  return [...containerFaults(containers, path, around), ...probes];
}

const selectorFaults = (selector: Fields, field: string): Cause[] =>
  Object.keys(selector).flatMap((key) => labelKeyFaults(key).map((detail) => cause.invalid(field, key, detail)));

function placeFaults(spec: Fields, path: string): Cause[] {
  const gates = recordsOf(spec['readinessGates']).flatMap(({ conditionType }, index) =>
    labelKeyFaults(textOf(conditionType)).map((detail) =>
      cause.invalid(`${path}.readinessGates[${index}].conditionType`, conditionType, detail),
    ),
  );
  const aliases = recordsOf(spec['hostAliases']).flatMap((alias, index) => [
    ...ipAddress(`${path}.hostAliases[${index}].ip`, alias['ip']),
    ...textsOf(alias['hostnames']).flatMap((name, i) =>
      named(`${path}.hostAliases[${index}].hostnames[${i}]`, name, 'subdomain'),
    ),
  ]);
  const nodes = at(spec, 'affinity', 'nodeAffinity', 'requiredDuringSchedulingIgnoredDuringExecution');
  const terms = `${path}.affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms`;
  return [
    ...named(`${path}.serviceAccountName`, spec['serviceAccountName'], 'subdomain'),
    ...named(`${path}.nodeName`, spec['nodeName'], 'subdomain'),
    ...between(`${path}.activeDeadlineSeconds`, spec['activeDeadlineSeconds'], 1),
    ...named(`${path}.hostname`, spec['hostname'], 'label'),
    ...named(`${path}.subdomain`, spec['subdomain'], 'label'),
    ...(isFields(nodes) && listOf(nodes['nodeSelectorTerms']).length === 0
      ? [cause.required(terms, 'must have at least one node selector term')]
      : []),
    ...gates,
    ...aliases,
  ];
}

function tolerationFaults(tolerations: Fields[], path: string): Cause[] {
  return tolerations.flatMap(({ key, operator = 'Equal', value, effect, tolerationSeconds }, index) => {
    const field = `${path}[${index}]`;
    const causes: Cause[] = [];
    if (!key && operator !== 'Exists') {
      const detail = 'operator must be Exists when `key` is empty, which means "match all values and all keys"';
      causes.push(cause.invalid(`${field}.operator`, operator, detail));
    }
    if (tolerationSeconds !== undefined && effect !== 'NoExecute') {
      const detail = "effect must be 'NoExecute' when `tolerationSeconds` is set";
      causes.push(cause.invalid(`${field}.effect`, effect ?? '', detail));
    }
    if (operator === 'Exists' && value) {
      causes.push(cause.invalid(`${field}.operator`, value, "value must be empty when `operator` is 'Exists'"));
    }
    causes.push(...oneOf(`${field}.operator`, operator, ['Equal', 'Exists']));
    return [...causes, ...(effect ? oneOf(`${field}.effect`, effect, EFFECTS) : [])];
  });
}

function spreadFaults(constraints: Fields[], path: string): Cause[] {
  return constraints.flatMap(({ maxSkew, topologyKey, whenUnsatisfiable = '' }, index) => {
    const field = `${path}[${index}]`;
    const skew = typeof maxSkew === 'number' ? maxSkew : 0;
    return [
      ...(skew > 0 ? [] : [cause.invalid(`${field}.maxSkew`, skew, 'must be greater than zero')]),
      ...(topologyKey ? [] : [cause.required(`${field}.topologyKey`, 'can not be empty')]),
      ...oneOf(`${field}.whenUnsatisfiable`, whenUnsatisfiable, UNSATISFIABLE),
    ];
  });
}
