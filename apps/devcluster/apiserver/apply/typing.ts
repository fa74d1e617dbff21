import { fieldsOf, isFields, textsOf } from '../fields.js';
import { type Fields, type ResourceDef } from '../types.js';

/**
 * How a value merges: as a whole, field by field, as a set of plain values, or as a list whose items are identified by
 * keys. `members`: the entries of the object are free names (a map), each owned as such.
 */
export type Node =
  | { kind: 'atomic' }
  | { kind: 'object'; members: boolean; field: (name: string) => Node }
  | { kind: 'set' }
  | { kind: 'list'; keys: string[]; defaults: Fields; item: Node };

const ATOMIC: Node = { kind: 'atomic' };

/** A value of which nothing is known: objects merge, lists do not. */
const UNTYPED: Node = { kind: 'object', members: false, field: () => UNTYPED };

const LIST_KEYS: Record<string, string[]> = {
  containers: ['name'],
  initContainers: ['name'],
  volumes: ['name'],
  env: ['name'],
  volumeMounts: ['mountPath'],
  imagePullSecrets: ['name'],
  secrets: ['name'],
  podIPs: ['ip'],
  hostIPs: ['ip'],
  conditions: ['type'],
  addresses: ['type'],
  ownerReferences: ['uid'],
  topologySpreadConstraints: ['topologyKey', 'whenUnsatisfiable'],
  webhooks: ['name'],
};

/** Lists whose items are replaced as a whole. */
const WHOLE_ITEMS = new Set(['ownerReferences', 'imagePullSecrets', 'secrets']);

const SETS = new Set(['finalizers', 'podCIDRs']);

/** Objects of the built-in kinds that belong together: references and selectors. */
const WHOLE = new Set([
  'selector',
  'podSelector',
  'namespaceSelector',
  'labelSelector',
  'roleRef',
  'targetRef',
  'involvedObject',
  'regarding',
  'fieldRef',
  'resourceFieldRef',
  'secretKeyRef',
  'configMapKeyRef',
]);

const PORT_KEYS: Record<string, string[]> = {
  Service: ['port', 'protocol'],
  Pod: ['containerPort', 'protocol'],
  Deployment: ['containerPort', 'protocol'],
  ReplicaSet: ['containerPort', 'protocol'],
};

/** How the objects of a resource merge. */
export function typingOf(def: ResourceDef): Node {
  if (!def.custom) return builtIn(def.kind);
  const body = schemaNode(def.openAPIV3Schema ?? {});
  const metadata = builtIn('');
  return {
    kind: 'object',
    members: false,
    field: (name) => (name === 'metadata' ? metadata : body.kind === 'object' ? body.field(name) : UNTYPED),
  };
}

function builtIn(kind: string): Node {
  const here: Node = {
    kind: 'object',
    members: false,
    field(name) {
      if (WHOLE.has(name)) return ATOMIC;
      if (SETS.has(name)) return { kind: 'set' };
      const keys = name === 'ports' ? PORT_KEYS[kind] : LIST_KEYS[name];
      if (!keys) return here;
      return { kind: 'list', keys, defaults: { protocol: 'TCP' }, item: WHOLE_ITEMS.has(name) ? ATOMIC : here };
    },
  };
  return here;
}

const nodes = new WeakMap<Fields, Node>();

function schemaNode(schema: Fields): Node {
  let node = nodes.get(schema);
  if (!node) nodes.set(schema, (node = makeNode(schema)));
  return node;
}

function makeNode(schema: Fields): Node {
  if (schema['type'] === 'array') return listNode(schema);
  if (schema['x-kubernetes-map-type'] === 'atomic') return ATOMIC;
  const properties = fieldsOf(schema['properties']);
  const others = schema['additionalProperties'];
  if (schema['type'] !== 'object' && Object.keys(properties).length === 0) return UNTYPED;
  return {
    kind: 'object',
    members: isFields(others),
    field(name) {
      const own = Object.hasOwn(properties, name) ? properties[name] : others;
      return isFields(own) ? schemaNode(own) : UNTYPED;
    },
  };
}

function listNode(schema: Fields): Node {
  if (schema['x-kubernetes-list-type'] === 'set') return { kind: 'set' };
  if (schema['x-kubernetes-list-type'] !== 'map') return ATOMIC;
  const items = fieldsOf(schema['items']);
  const defaults: Fields = {};
  const keys = textsOf(schema['x-kubernetes-list-map-keys']);
  for (const key of keys) {
    const value = fieldsOf(fieldsOf(items['properties'])[key])['default'];
    if (value !== undefined) defaults[key] = value;
  }
  return { kind: 'list', keys, defaults, item: schemaNode(items) };
}

/** The key of a list's item as FieldsV1 writes it, undefined where the item has none. */
export function itemKey(node: Extract<Node, { kind: 'list' }>, item: unknown): string | undefined {
  if (!isFields(item)) return undefined;
  const entries = [...node.keys].sort().map((key) => [key, item[key] ?? node.defaults[key]] as const);
  if (entries.some(([, value]) => value === undefined)) return undefined;
  return `k:${JSON.stringify(Object.fromEntries(entries))}`;
}
