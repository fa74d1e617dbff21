import { type Fields, type ResourceDef } from '../types.js';
import { groupVersionPath, gvk } from './names.js';

/** One operation, in words that both versions of OpenAPI are made from. */
export interface Operation {
  method: 'get' | 'post' | 'put' | 'patch' | 'delete';
  /** `list`, `get`, `post`, `put`, `patch`, `delete`, `deletecollection`. */
  action: string;
  query: Parameter[];
  /** Media types of the body; empty where there is none. */
  consumes: string[];
  /** The answer is a list. */
  list: boolean;
}

export interface Parameter {
  name: string;
  type: 'string' | 'boolean' | 'integer';
  description: string;
}

export interface Path {
  path: string;
  def: ResourceDef;
  /** Names in braces. */
  variables: string[];
  operations: Operation[];
}

const query = (name: string, type: Parameter['type'], description: string): Parameter => ({ name, type, description });

const DRY_RUN = query('dryRun', 'string', 'All: check everything, store nothing.');
const MANAGER = query('fieldManager', 'string', 'Who makes the change.');
const VALIDATION = query(
  'fieldValidation',
  'string',
  'What is done about unknown and doubled fields: Ignore, Warn or Strict.',
);
const WRITE = [DRY_RUN, MANAGER, VALIDATION];
const LIST = [
  query('labelSelector', 'string', 'Only objects whose labels match.'),
  query('fieldSelector', 'string', 'Only objects whose fields match.'),
  query('limit', 'integer', 'At most so many items.'),
  query('continue', 'string', 'Where a list of before ended.'),
  query('resourceVersion', 'string', 'The state that the answer must at least show.'),
  query('watch', 'boolean', 'Changes as they come instead of a list.'),
];
const DELETE = [
  DRY_RUN,
  query('gracePeriodSeconds', 'integer', 'How long the object may take to end.'),
  query('propagationPolicy', 'string', 'What becomes of dependents: Orphan, Background or Foreground.'),
];

const JSON_TYPE = ['application/json'];
const PATCH_TYPES = [
  'application/json-patch+json',
  'application/merge-patch+json',
  // The schemas of built-in kinds do not tell the merge keys of their lists: strategic merge is left out here, and
  // clients fall back to what they know of these kinds.
  'application/apply-patch+yaml',
];

const operation = (
  method: Operation['method'],
  action: string,
  parameters: Parameter[],
  consumes: string[],
): Operation => ({
  method,
  action,
  query: parameters,
  consumes,
  list: action === 'list',
});

const COLLECTION: Record<string, Operation> = {
  list: operation('get', 'list', LIST, []),
  create: operation('post', 'post', WRITE, JSON_TYPE),
  deletecollection: operation('delete', 'deletecollection', [...LIST, ...DELETE], []),
};
const ITEM: Record<string, Operation> = {
  get: operation('get', 'get', [], []),
  update: operation('put', 'put', WRITE, JSON_TYPE),
  patch: operation(
    'patch',
    'patch',
    [...WRITE, query('force', 'boolean', 'Apply: take over what others manage.')],
    PATCH_TYPES,
  ),
  delete: operation('delete', 'delete', DELETE, []),
};

const pick = (from: Record<string, Operation>, verbs: string[]): Operation[] =>
  Object.entries(from).flatMap(([verb, op]) => (verbs.includes(verb) ? [op] : []));

/** The paths of one resource that have an operation. */
export function pathsOf(def: ResourceDef): Path[] {
  const base = `/${groupVersionPath(def)}`;
  const collection = def.namespaced ? `${base}/namespaces/{namespace}/${def.resource}` : `${base}/${def.resource}`;
  const within = def.namespaced ? ['namespace'] : [];
  const all = pick(COLLECTION, def.verbs);
  const paths: Path[] = [
    { path: collection, def, variables: within, operations: all },
    { path: `${collection}/{name}`, def, variables: [...within, 'name'], operations: pick(ITEM, def.verbs) },
  ];
  if (def.subresources.status) {
    const operations = pick(ITEM, ['get', 'update', 'patch']);
    paths.push({ path: `${collection}/{name}/status`, def, variables: [...within, 'name'], operations });
  }
  if (def.namespaced) {
    paths.push({ path: `${base}/${def.resource}`, def, variables: [], operations: all.filter((op) => op.list) });
  }
  return paths.filter((path) => path.operations.length > 0);
}

/** What both versions say alike of an operation. */
export function common({ path, def }: Path, { action, method }: Operation): Fields {
  const words = path.split(/[/{}.]/).filter(Boolean);
  const id = words.map((word) => word[0]!.toUpperCase() + word.slice(1)).join('');
  return {
    description: `${action} of ${def.kind}`,
    operationId: `${method}${id}`,
    'x-kubernetes-action': action,
    'x-kubernetes-group-version-kind': gvk(def),
  };
}
