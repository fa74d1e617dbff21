import { type Fields, type ResourceDef } from '../types.js';
import { schemaName, type Ref } from './names.js';
import { common, type Operation, type Path, pathsOf } from './operations.js';
import { metaSchemas } from './built-in.js';
import { kindSchemas } from './schemas.js';
import { answer } from './v3.js';

const ref: Ref = (name, description) => ({
  ...(description === undefined ? {} : { description }),
  $ref: `#/definitions/${name}`,
});

/** `/openapi/v2`: everything in one document (Swagger 2.0). */
export function openapiV2(defs: ResourceDef[]): Fields {
  const schemas = defs.map((def) => swagger(kindSchemas(def, ref)));
  return {
    swagger: '2.0',
    info: { title: 'Kubernetes', version: 'unversioned' },
    paths: Object.fromEntries(defs.flatMap(pathsOf).map((item) => [item.path, pathItem(item)])),
    definitions: Object.assign({}, metaSchemas(ref), ...schemas) as Fields,
  };
}

function pathItem(item: Path): Fields {
  return {
    ...Object.fromEntries(item.operations.map((operation) => [operation.method, operationV2(item, operation)])),
    parameters: item.variables.map((name) => ({ name, in: 'path', required: true, type: 'string', uniqueItems: true })),
  };
}

function operationV2(item: Path, operation: Operation): Fields {
  const schema = operation.method === 'patch' ? { type: 'object' } : ref(schemaName(item.def, item.def.kind));
  const body = operation.consumes.length > 0 ? [{ name: 'body', in: 'body', required: true, schema }] : [];
  const query = operation.query.map(({ name, type, description }) => ({
    name,
    in: 'query',
    type,
    description,
    uniqueItems: true,
  }));
  return {
    ...common(item, operation),
    ...(operation.consumes.length > 0 ? { consumes: operation.consumes } : {}),
    produces: ['application/json'],
    schemes: ['https'],
    parameters: [...body, ...query],
    responses: { '200': { description: 'OK', schema: ref(answer(item.def, operation)) } },
  };
}

/** Words of OpenAPI 3 that Swagger does not have. */
const UNKNOWN = new Set(['oneOf', 'anyOf', 'not', 'nullable']);

/** A copy without them; a property that has such a name stays. */
function swagger<T>(node: T, names = false): T {
  if (Array.isArray(node)) return node.map((item: unknown) => swagger(item)) as T;
  if (typeof node !== 'object' || node === null) return node;
  const kept = Object.entries(node).filter(([name]) => names || !UNKNOWN.has(name));
  return Object.fromEntries(
    kept.map(([name, item]) => [name, swagger(item as unknown, !names && name === 'properties')]),
  ) as T;
}
