import { createHash } from 'node:crypto';

import { type Fields, type ResourceDef } from '../types.js';
import { groupVersionPath, META, schemaName, type Ref } from './names.js';
import { common, type Operation, type Path, pathsOf } from './operations.js';
import { metaSchemas } from './built-in.js';
import { kindSchemas } from './schemas.js';

/** A reference may have no words beside it. */
const ref: Ref = (name, description) => {
  const reference = { $ref: `#/components/schemas/${name}` };
  return description === undefined ? reference : { description, allOf: [reference] };
};

/** `/openapi/v3`: where each group version's document is. The hash in the address changes when the document does. */
export function openapiV3Index(defs: ResourceDef[]): Fields {
  const paths = new Set(defs.map(groupVersionPath));
  const entries = [...paths].sort().map((path) => {
    const hash = createHash('sha512')
      .update(JSON.stringify(openapiV3(defs, path)))
      .digest('hex')
      .toUpperCase();
    return [path, { serverRelativeURL: `/openapi/v3/${path}?hash=${hash}` }];
  });
  return { paths: Object.fromEntries(entries) as Fields };
}

/**
 * The document of one group version.
 * @param path `api/v1`, `apis/apps/v1`
 * @returns undefined where nothing is served there
 */
export function openapiV3(defs: ResourceDef[], path: string): Fields | undefined {
  const own = defs.filter((def) => groupVersionPath(def) === path);
  if (own.length === 0) return undefined;
  const schemas = own.map((def) => kindSchemas(def, ref));
  return {
    openapi: '3.0.0',
    info: { title: 'Kubernetes', version: 'unversioned' },
    paths: Object.fromEntries(own.flatMap(pathsOf).map((item) => [item.path, pathItem(item)])),
    components: { schemas: Object.assign({}, metaSchemas(ref), ...schemas) as Fields },
  };
}

function pathItem(item: Path): Fields {
  return {
    ...Object.fromEntries(item.operations.map((operation) => [operation.method, operationV3(item, operation)])),
    parameters: item.variables.map((name) => ({ name, in: 'path', required: true, schema: { type: 'string' } })),
  };
}

function operationV3(item: Path, operation: Operation): Fields {
  const kind = ref(schemaName(item.def, item.def.kind));
  const result = answer(item.def, operation);
  const patch = operation.method === 'patch';
  return {
    ...common(item, operation),
    parameters: operation.query.map(({ name, type, description }) => ({
      name,
      in: 'query',
      description,
      schema: { type },
    })),
    ...(operation.consumes.length === 0
      ? {}
      : { requestBody: { required: true, content: content(operation.consumes, patch ? { type: 'object' } : kind) } }),
    responses: { '200': { description: 'OK', content: content(['application/json'], ref(result)) } },
  };
}

const content = (types: string[], schema: Fields): Fields =>
  Object.fromEntries(types.map((type) => [type, { schema }]));

/** The schema's name of what an operation answers with. */
export function answer(def: ResourceDef, { list, method }: Operation): string {
  if (method === 'delete') return `${META}.Status`;
  return schemaName(def, list ? def.listKind : def.kind);
}
