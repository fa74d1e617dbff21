import { crds } from '../index.js';
import { type Schema } from '../schema.js';

function* below(schema: Schema, path: string): Generator<[string, Schema]> {
  yield [path, schema];
  for (const [name, child] of Object.entries(schema.properties ?? {})) yield* below(child, `${path}.${name}`);
  if (schema.items !== undefined) yield* below(schema.items, `${path}[]`);
  if (schema.additionalProperties !== undefined) yield* below(schema.additionalProperties, `${path}{}`);
}

/** Every node of the definitions with its path: `GateToken.spec.urls[]`. */
export const nodes: [path: string, node: Schema][] = crds.flatMap((crd) => {
  const { properties } = crd.spec.versions[0]?.schema.openAPIV3Schema ?? {};
  const { spec, status } = properties as unknown as { spec: Schema; status: Schema };
  const { kind } = crd.spec.names;
  return [...below(spec, `${kind}.spec`), ...below(status, `${kind}.status`)];
});
