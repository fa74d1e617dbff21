import { createHash } from 'node:crypto';

import { type Fields, type ResourceDef } from '../types.js';

const METADATA = 'io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta';

/** `api/v1`, `apis/apps/v1`: how a group version is asked for. */
const groupVersionPath = ({ group, version }: ResourceDef): string =>
  group === '' ? `api/${version}` : `apis/${group}/${version}`;

/** The name of a kind's schema: the group's domain reversed, version, kind. */
const schemaName = ({ group, version, kind }: ResourceDef): string =>
  `${(group || 'core').split('.').reverse().join('.')}.${version}.${kind}`;

const reference = (name: string): Fields => ({ $ref: `#/components/schemas/${name}` });

/** `/openapi/v3`: where each group version's document is. The hash in the address changes when the document does. */
export function openapiV3Index(defs: ResourceDef[]): Fields {
  const paths = new Set(defs.map(groupVersionPath));
  const entries = [...paths].sort().map((path) => {
    const hash = createHash('sha256')
      .update(JSON.stringify(openapiV3(defs, path)))
      .digest('hex')
      .toUpperCase();
    return [path, { serverRelativeURL: `/openapi/v3/${path}?hash=${hash}` }];
  });
  return { paths: Object.fromEntries(entries) as Fields };
}

/**
 * The document of one group version, as far as kubectl reads it: schemas for `explain`, and paths that tell whether the
 * server checks fields itself (`fieldValidation`) and which patches it takes. Built-in kinds have no fields here.
 * @param path `api/v1`, `apis/apps/v1`
 * @returns undefined where nothing is served there
 */
export function openapiV3(defs: ResourceDef[], path: string): Fields | undefined {
  const own = defs.filter((def) => groupVersionPath(def) === path);
  if (own.length === 0) return undefined;
  return {
    openapi: '3.0.0',
    info: { title: 'Kubernetes', version: 'unversioned' },
    paths: Object.fromEntries(own.flatMap(pathsOf)),
    components: {
      schemas: {
        [METADATA]: { type: 'object', description: 'Name, namespace, labels, annotations and the like.' },
        ...Object.fromEntries(own.map((def) => [schemaName(def), schemaOf(def)])),
      },
    },
  };
}

const ELSEWHERE =
  'The embedded cluster describes the fields of custom kinds alone: see https://kubernetes.io/docs/reference/kubernetes-api/.';

function schemaOf(def: ResourceDef): Fields {
  const own = def.openAPIV3Schema ?? { description: ELSEWHERE };
  return {
    ...own,
    type: 'object',
    properties: {
      ...((own['properties'] ?? {}) as Fields),
      apiVersion: { type: 'string', description: 'Group and version of the kind.' },
      kind: { type: 'string', description: 'Name of the kind.' },
      metadata: reference(METADATA),
    },
    'x-kubernetes-group-version-kind': [gvk(def)],
  };
}

const gvk = ({ group, version, kind }: ResourceDef): Fields => ({ group, version, kind });

const WRITE_QUERY = ['dryRun', 'fieldManager', 'fieldValidation'].map((name) => ({
  name,
  in: 'query',
  schema: { type: 'string' },
}));

/**
 * Media types of patches. The schemas of built-in kinds do not tell the merge keys of their lists: strategic merge is
 * left out here, and clients fall back to what they know of these kinds.
 */
const PATCHES = ['application/json-patch+json', 'application/merge-patch+json', 'application/apply-patch+yaml'];

/** The paths of one resource, with the operations that its verbs allow. */
function pathsOf(def: ResourceDef): [string, Fields][] {
  const base = `/${groupVersionPath(def)}`;
  const collection = def.namespaced ? `${base}/namespaces/{namespace}/${def.resource}` : `${base}/${def.resource}`;
  return [
    [collection, operations(def, { get: 'list', post: 'create' })],
    [`${collection}/{name}`, operations(def, { get: 'get', put: 'update', patch: 'patch', delete: 'delete' })],
  ];
}

function operations(def: ResourceDef, methods: Record<string, string>): Fields {
  const allowed = Object.entries(methods).filter(([, verb]) => def.verbs.includes(verb));
  return Object.fromEntries(allowed.map(([method]) => [method, operation(def, method)]));
}

function operation(def: ResourceDef, method: string): Fields {
  const content = (types: string[], schema: Fields): Fields =>
    Object.fromEntries(types.map((type) => [type, { schema }]));
  const kind = reference(schemaName(def));
  const bodies: Record<string, Fields> = {
    post: content(['application/json'], kind),
    put: content(['application/json'], kind),
    patch: content(PATCHES, { type: 'object' }),
  };
  const body = bodies[method];
  return {
    'x-kubernetes-group-version-kind': gvk(def),
    ...(body ? { parameters: WRITE_QUERY, requestBody: { content: body } } : {}),
    responses: { '200': { description: 'OK', content: content(['application/json'], kind) } },
  };
}
