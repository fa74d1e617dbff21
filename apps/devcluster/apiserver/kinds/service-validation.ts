import { isIP } from 'node:net';

import { fieldsOf, listOf, recordsOf, textOf } from '../fields.js';
import { labelFault, labelKeyFaults } from '../names.js';
import { cause } from '../status.js';
import { type Cause, type Fields, type KubeObject } from '../types.js';
import { ipAddress, named, needed, oneOf, portNumber, portReference } from './faults.js';

const TYPES = ['ClusterIP', 'ExternalName', 'LoadBalancer', 'NodePort'];
const PROTOCOLS = ['SCTP', 'TCP', 'UDP'];

/** Follows ValidateService of k8s.io/kubernetes/pkg/apis/core/validation. */
export function validateService(service: KubeObject, old?: KubeObject): Cause[] {
  const spec = service.spec ?? {};
  const type = spec['type'];
  const ports = recordsOf(spec['ports']);
  const external = type === 'ExternalName';
  return [
    ...oneOf('spec.type', type, TYPES),
    ...(ports.length === 0 && !external && spec['clusterIP'] !== 'None' ? [cause.required('spec.ports')] : []),
    ...(external ? externalFaults(spec) : []),
    ...portFaults(ports, spec),
    ...selectorFaults(fieldsOf(spec['selector'])),
    ...oneOf('spec.sessionAffinity', spec['sessionAffinity'], ['ClientIP', 'None']),
    ...(external ? [] : addressFaults(spec, old)),
    ...externalIPFaults(listOf(spec['externalIPs'])),
    ...policyFaults(spec),
  ];
}

const externalFaults = (spec: Fields): Cause[] => [
  ...needed('spec.externalName', spec['externalName']),
  ...named('spec.externalName', spec['externalName'], 'subdomain'),
];

function portFaults(ports: Fields[], spec: Fields): Cause[] {
  const names = new Set<string>();
  const numbers = new Set<string>();
  return ports.flatMap((port, index) => {
    const field = `spec.ports[${index}]`;
    const name = textOf(port['name']);
    const causes: Cause[] = [];
    if (ports.length > 1 && !name) causes.push(cause.required(`${field}.name`));
    else if (name) causes.push(...named(`${field}.name`, name, 'label'));
    if (name && names.has(name)) causes.push(cause.duplicate(`${field}.name`, name));
    names.add(name);
    causes.push(
      ...portNumber(`${field}.port`, port['port']),
      ...oneOf(`${field}.protocol`, port['protocol'], PROTOCOLS),
      ...portReference(`${field}.targetPort`, port['targetPort']),
    );
    if (spec['type'] === 'ClusterIP' && port['nodePort']) {
      causes.push(cause.forbidden(`${field}.nodePort`, "may not be used when `type` is 'ClusterIP'"));
    }
    const key = `${textOf(port['protocol'])} ${String(port['port'])}`;
    if (numbers.has(key)) causes.push(cause.duplicate(field, asGo(port)));
    numbers.add(key);
    return causes;
  });
}

/** As Kubernetes prints the port that is there twice. */
const asGo = ({ protocol, port }: Fields): Fields => ({
  Name: '',
  Protocol: protocol,
  AppProtocol: null,
  Port: port,
  TargetPort: 0,
  NodePort: 0,
});

const selectorFaults = (selector: Fields): Cause[] =>
  Object.entries(selector).flatMap(([key, value]) => {
    const fault = labelFault(textOf(value));
    return [
      ...labelKeyFaults(key).map((detail) => cause.invalid('spec.selector', key, detail)),
      ...(fault ? [cause.invalid('spec.selector', value, fault)] : []),
    ];
  });

function addressFaults(spec: Fields, old: KubeObject | undefined): Cause[] {
  const address = textOf(spec['clusterIP']);
  const causes: Cause[] = [];
  if (address && address !== 'None') causes.push(...ipAddress('spec.clusterIPs[0]', address));
  listOf(spec['ipFamilies']).forEach((family, index) => {
    if (family !== 'IPv4') {
      causes.push(cause.invalid(`spec.ipFamilies[${index}]`, family, 'not configured on this cluster'));
    }
  });
  const former = textOf(old?.spec?.['clusterIP']);
  if (former && spec['clusterIP'] !== undefined && address !== former) {
    causes.push(cause.invalid('spec.clusterIPs[0]', listOf(spec['clusterIPs']), 'may not change once set'));
  }
  return causes;
}

const externalIPFaults = (addresses: unknown[]): Cause[] =>
  addresses.flatMap((address, index) => {
    const field = `spec.externalIPs[${index}]`;
    if (!isIP(String(address))) return ipAddress(field, address);
    const loopback = String(address).startsWith('127.') || address === '::1';
    const detail = 'may not be in the loopback range (127.0.0.0/8, ::1/128)';
    return loopback ? [cause.invalid(field, address, detail)] : [];
  });

function policyFaults(spec: Fields): Cause[] {
  const outside = spec['type'] === 'NodePort' || spec['type'] === 'LoadBalancer' || listOf(spec['externalIPs']).length;
  const policy = spec['externalTrafficPolicy'];
  const detail = 'may only be set for externally-accessible services';
  return [
    ...oneOf('spec.internalTrafficPolicy', spec['internalTrafficPolicy'], ['Cluster', 'Local']),
    ...(policy !== undefined && !outside ? [cause.invalid('spec.externalTrafficPolicy', policy, detail)] : []),
  ];
}
