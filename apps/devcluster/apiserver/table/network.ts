import { at, listOf, numberOf, recordsOf, textOf } from '../fields.js';
import { type KubeObject } from '../types.js';
import { ageColumn, type Column, column, nameColumn, orNone, wide } from './column.js';
import { labelsText } from './workloads.js';

function servicePorts(service: KubeObject): string {
  const ports = recordsOf(service.spec?.['ports']).map((port) => {
    const node = port['nodePort'] ? `:${numberOf(port['nodePort'])}` : '';
    return `${numberOf(port['port'])}${node}/${textOf(port['protocol'])}`;
  });
  return orNone(ports.join(','));
}

function externalAddress(service: KubeObject): string {
  const { type, externalName } = service.spec ?? {};
  if (type !== 'LoadBalancer') return orNone(textOf(externalName));
  return loadBalancer(service).join(',') || '<pending>';
}

const loadBalancer = (object: KubeObject): string[] =>
  recordsOf(at(object, 'status', 'loadBalancer', 'ingress')).map(
    (item) => textOf(item['ip']) || textOf(item['hostname']),
  );

export const serviceColumns: Column[] = [
  nameColumn,
  column('Type', (service) => service.spec?.['type']),
  column('Cluster-IP', (service) => orNone(textOf(service.spec?.['clusterIP']))),
  column('External-IP', externalAddress),
  column('Port(s)', servicePorts),
  ageColumn,
  wide('Selector', (service) => labelsText(service.spec?.['selector'])),
];

const hosts = (ingress: KubeObject): string =>
  recordsOf(ingress.spec?.['rules'])
    .map((rule) => textOf(rule['host']) || '*')
    .join(',') || '*';

export const ingressColumns: Column[] = [
  nameColumn,
  column('Class', (ingress) => orNone(textOf(ingress.spec?.['ingressClassName']))),
  column('Hosts', hosts),
  column('Address', (ingress) => loadBalancer(ingress).join(',')),
  column('Ports', (ingress) => (listOf(ingress.spec?.['tls']).length ? '80, 443' : '80')),
  ageColumn,
];
