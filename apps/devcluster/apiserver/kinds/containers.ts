import { at, fieldsOf, isFields, listOf, numberOf, recordsOf, textOf } from '../fields.js';
import { cause } from '../status.js';
import { type Cause, type Fields } from '../types.js';
import { between, named, needed, nonNegative, oneOf, portName, portNumber } from './faults.js';
import { resourceFaults } from './resources.js';

const HANDLERS = ['exec', 'httpGet', 'tcpSocket', 'grpc', 'sleep'];
const SOURCES = '`fieldRef`, `resourceFieldRef`, `configMapKeyRef`, `secretKeyRef` or `fileKeyRef`';
const PROTOCOLS = ['SCTP', 'TCP', 'UDP'];

export interface Surroundings {
  /** Names of the pod's volumes. */
  volumes: ReadonlySet<string>;
  /** Names of other containers, to which the own are added. */
  taken: Set<string>;
}

/** Follows ValidateContainers of k8s.io/kubernetes/pkg/apis/core/validation. */
export function containerFaults(containers: Fields[], path: string, around: Surroundings): Cause[] {
  return containers.flatMap((container, index) => {
    const field = `${path}[${index}]`;
    const name = textOf(container['name']);
    const causes = name ? named(`${field}.name`, name, 'label') : [cause.required(`${field}.name`)];
    if (name && around.taken.has(name)) causes.push(cause.duplicate(`${field}.name`, name));
    around.taken.add(name);
    return [...causes, ...restFaults(container, field, around)];
  });
}

function restFaults(container: Fields, field: string, { volumes }: Surroundings): Cause[] {
  const image = textOf(container['image']);
  return [
    ...needed(`${field}.image`, image),
    ...(image.trim() === image
      ? []
      : [cause.invalid(`${field}.image`, image, 'must not have leading or trailing whitespace')]),
    ...['preStop', 'postStart'].flatMap((hook) =>
      handlerFaults(at(container, 'lifecycle', hook), `${field}.lifecycle.${hook}`),
    ),
    ...['livenessProbe', 'readinessProbe', 'startupProbe'].flatMap((probe) =>
      probeFaults(container[probe], `${field}.${probe}`),
    ),
    ...portFaults(recordsOf(container['ports']), `${field}.ports`),
    ...environmentFaults(container, field),
    ...mountFaults(recordsOf(container['volumeMounts']), `${field}.volumeMounts`, volumes),
    ...oneOf(`${field}.imagePullPolicy`, container['imagePullPolicy'], ['Always', 'IfNotPresent', 'Never']),
    ...oneOf(`${field}.terminationMessagePolicy`, container['terminationMessagePolicy'], [
      'File',
      'FallbackToLogsOnError',
    ]),
    ...resourceFaults(fieldsOf(container['resources']), `${field}.resources`),
    ...between(`${field}.securityContext.runAsUser`, at(container, 'securityContext', 'runAsUser'), 0),
    ...between(`${field}.securityContext.runAsGroup`, at(container, 'securityContext', 'runAsGroup'), 0),
  ];
}

function probeFaults(probe: unknown, field: string): Cause[] {
  if (!isFields(probe)) return [];
  const numbers = ['initialDelaySeconds', 'timeoutSeconds', 'periodSeconds', 'successThreshold', 'failureThreshold'];
  return [
    ...handlerFaults(probe, field),
    ...numbers.flatMap((name) => nonNegative(`${field}.${name}`, probe[name])),
    ...(/readinessProbe$/.test(field) || probe['successThreshold'] === undefined || probe['successThreshold'] === 1
      ? []
      : [cause.invalid(`${field}.successThreshold`, probe['successThreshold'], 'must be 1')]),
  ];
}

function handlerFaults(handler: unknown, field: string): Cause[] {
  if (!isFields(handler)) return [];
  const [first, ...more] = HANDLERS.filter((name) => handler[name] !== undefined);
  if (first === undefined) return [cause.required(field, 'must specify a handler type')];
  const causes = more.map((name) => cause.forbidden(`${field}.${name}`, 'may not specify more than 1 handler type'));
  const value = fieldsOf(handler[first]);
  if (first === 'exec' && listOf(value['command']).length === 0) causes.push(cause.required(`${field}.exec.command`));
  if (first === 'httpGet' || first === 'tcpSocket') {
    const port = value['port'];
    const at = `${field}.${first}.port`;
    causes.push(...(typeof port === 'string' ? portName(at, port) : portNumber(at, port ?? 0)));
  }
  return causes;
}

function portFaults(ports: Fields[], path: string): Cause[] {
  const names = new Set<string>();
  const hostPorts = new Set<string>();
  return ports.flatMap((port, index) => {
    const field = `${path}[${index}]`;
    const name = textOf(port['name']);
    const causes = portName(`${field}.name`, name);
    if (name && causes.length === 0 && names.has(name)) causes.push(cause.duplicate(`${field}.name`, name));
    names.add(name);
    if (!port['containerPort']) causes.push(cause.required(`${field}.containerPort`));
    else causes.push(...portNumber(`${field}.containerPort`, port['containerPort']));
    causes.push(...oneOf(`${field}.protocol`, port['protocol'], PROTOCOLS));
    if (!port['hostPort']) return causes;
    const key = `${textOf(port['protocol'])}/${textOf(port['hostIP'])}/${numberOf(port['hostPort'])}`;
    if (hostPorts.has(key)) causes.push(cause.duplicate(`${field}.hostPort`, key));
    hostPorts.add(key);
    return [...causes, ...portNumber(`${field}.hostPort`, port['hostPort'])];
  });
}

function environmentFaults(container: Fields, field: string): Cause[] {
  const variables = recordsOf(container['env']).flatMap((variable, index) => {
    const at = `${field}.env[${index}]`;
    const name = textOf(variable['name']);
    const detail = "a valid environment variable name must consist only of printable ASCII characters other than '='";
    const causes = name
      ? /^[ -<>-~]+$/.test(name)
        ? []
        : [cause.invalid(`${at}.name`, name, detail)]
      : [cause.required(`${at}.name`)];
    return [...causes, ...valueFromFaults(variable, `${at}.valueFrom`)];
  });
  const sources = recordsOf(container['envFrom']).flatMap((source) =>
    source['configMapRef'] || source['secretRef']
      ? []
      : [cause.invalid(`${field}.envFrom`, '', 'must specify one of: `configMapRef` or `secretRef`')],
  );
  return [...variables, ...sources];
}

function valueFromFaults({ value, valueFrom }: Fields, field: string): Cause[] {
  if (!isFields(valueFrom)) return [];
  const named = Object.keys(valueFrom);
  if (named.length === 0) return [cause.invalid(field, '', `must specify one of: ${SOURCES}`)];
  const causes: Cause[] = [];
  if (value) causes.push(cause.invalid(field, '', 'may not be specified when `value` is not empty'));
  if (named.length > 1) causes.push(cause.invalid(field, '', 'may not have more than one field specified at a time'));
  for (const ref of ['secretKeyRef', 'configMapKeyRef']) {
    if (isFields(valueFrom[ref])) causes.push(...needed(`${field}.${ref}.key`, valueFrom[ref]['key']));
  }
  const path = at(valueFrom, 'fieldRef', 'fieldPath');
  if (!isFields(valueFrom['fieldRef'])) return causes;
  if (!path) causes.push(cause.required(`${field}.fieldRef.fieldPath`));
  else if (!FIELD_PATH.test(textOf(path))) {
    const detail = `error converting fieldPath: field label not supported: ${textOf(path)}`;
    causes.push(cause.invalid(`${field}.fieldRef.fieldPath`, path, detail));
  }
  return causes;
}

const FIELD_PATH =
  /^(?:metadata\.(?:name|namespace|uid|labels(?:\['.+'\])?|annotations(?:\['.+'\])?)|spec\.(?:nodeName|serviceAccountName|restartPolicy|schedulerName|hostNetwork)|status\.(?:phase|hostIPs?|podIPs?))$/;

function mountFaults(mounts: Fields[], path: string, volumes: ReadonlySet<string>): Cause[] {
  const paths = new Set<string>();
  return mounts.flatMap((mount, index) => {
    const field = `${path}[${index}]`;
    const name = textOf(mount['name']);
    const where = textOf(mount['mountPath']);
    const causes = needed(`${field}.name`, name);
    if (!volumes.has(name)) causes.push(cause.notFound(`${field}.name`, name));
    if (!where) causes.push(cause.required(`${field}.mountPath`));
    else if (paths.has(where)) causes.push(cause.invalid(`${field}.mountPath`, where, 'must be unique'));
    paths.add(where);
    const sub = textOf(mount['subPath']);
    // Kubernetes leaves the index out of this one.
    if (sub.startsWith('/')) causes.push(cause.invalid(`${path}.subPath`, sub, 'must be a relative path'));
    if (sub.split('/').includes('..')) causes.push(cause.invalid(`${path}.subPath`, sub, "must not contain '..'"));
    return causes;
  });
}
