import { ensure, recordsOf, setDefault, textOf } from '../fields.js';
import { cause } from '../status.js';
import { type Cause, type Fields, type KubeObject, type ObjectAccess, type Strategy } from '../types.js';
import { filled, oneOf } from './faults.js';

/** What a Service without an address of its own does not have. */
const CLUSTER_FIELDS = ['clusterIP', 'clusterIPs', 'ipFamilies', 'ipFamilyPolicy', 'internalTrafficPolicy'];

const NODE_PORTS = { first: 30_000, last: 32_767 };

function defaults(service: KubeObject): void {
  const spec = ensure(service, 'spec');
  setDefault(spec, 'type', 'ClusterIP');
  setDefault(spec, 'sessionAffinity', 'None');
  for (const port of recordsOf(spec['ports'])) {
    setDefault(port, 'protocol', 'TCP');
    if (spec['type'] !== 'ExternalName') port['targetPort'] = port['targetPort'] || port['port'];
  }
  if (spec['type'] === 'ExternalName') return;
  setDefault(spec, 'internalTrafficPolicy', 'Cluster');
  if (!outside(spec)) return;
  setDefault(spec, 'externalTrafficPolicy', 'Cluster');
  if (spec['type'] === 'LoadBalancer') setDefault(spec, 'allocateLoadBalancerNodePorts', true);
}

const outside = (spec: Fields): boolean => spec['type'] === 'NodePort' || spec['type'] === 'LoadBalancer';

function prepare(service: KubeObject, old: KubeObject | undefined, objects: ObjectAccess): void {
  const spec = ensure(service, 'spec');
  if (!old) service.status = { loadBalancer: {} };
  if (spec['type'] === 'ExternalName') {
    for (const field of CLUSTER_FIELDS) delete spec[field];
    return;
  }
  const others = objects.list('', 'services').filter(({ metadata }) => metadata.uid !== service.metadata.uid);
  // A client that replaces a Service without its address keeps the address.
  spec['clusterIP'] ||= old?.spec?.['clusterIP'] ?? freeAddress(others);
  spec['clusterIPs'] = [spec['clusterIP']];
  setDefault(spec, 'ipFamilies', ['IPv4']);
  setDefault(spec, 'ipFamilyPolicy', 'SingleStack');
  if (outside(spec)) allotNodePorts(spec, old, others);
}

/** The first free address of 10.0.0.0/24 and on; .1 is the API server's own. */
function freeAddress(services: readonly KubeObject[]): string {
  const taken = new Set(services.map(({ spec }) => textOf(spec?.['clusterIP'])));
  for (let host = 1; ; host += 1) {
    const address = `10.0.${host >> 8}.${host & 255}`;
    if ((host & 255) !== 0 && (host & 255) !== 255 && !taken.has(address)) return address;
  }
}

function allotNodePorts(spec: Fields, old: KubeObject | undefined, others: readonly KubeObject[]): void {
  const taken = new Set(others.flatMap((other) => recordsOf(other.spec?.['ports']).map(({ nodePort }) => nodePort)));
  const former = recordsOf(old?.spec?.['ports']);
  for (const port of recordsOf(spec['ports'])) {
    port['nodePort'] ??= former.find((candidate) => candidate['port'] === port['port'])?.['nodePort'];
    for (let free = NODE_PORTS.first; port['nodePort'] === undefined && free <= NODE_PORTS.last; free += 1) {
      if (!taken.has(free)) port['nodePort'] = free;
    }
    taken.add(port['nodePort']);
  }
}

const TYPES = ['ClusterIP', 'ExternalName', 'LoadBalancer', 'NodePort'];

function validate({ spec = {} }: KubeObject, old?: KubeObject): Cause[] {
  const type = oneOf('spec.type', spec['type'], TYPES);
  if (spec['type'] === 'ExternalName') return type;
  const former = old?.spec?.['clusterIP'];
  const moved = former !== undefined && former !== spec['clusterIP'];
  const address = moved ? [cause.invalid('spec.clusterIPs[0]', spec['clusterIPs'], 'may not change once set')] : [];
  const headless = spec['clusterIP'] === 'None';
  const wrong = recordsOf(spec['ports']).flatMap(({ port }, index) =>
    typeof port === 'number' && port >= 1 && port <= 65_535
      ? []
      : [cause.invalid(`spec.ports[${index}].port`, port ?? 0, 'must be between 1 and 65535, inclusive')],
  );
  return [...type, ...(headless ? [] : filled('spec.ports', spec['ports'])), ...wrong, ...address];
}

/** The status of a new Service is the load balancer's alone. */
export const serviceStrategy: Strategy = {
  nameRule: 'label',
  returnsDeleted: true,
  defaults,
  prepare,
  validate,
};
