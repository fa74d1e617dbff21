import { isFields } from '../fields.js';
import { type Fields } from '../types.js';
import { findModel, type Model, type Type } from './model.js';

/** Lists that Go writes even when they are empty. */
const ALWAYS = new Set([
  'V1Role.rules',
  'V1ClusterRole.rules',
  'V1PolicyRule.verbs',
  'V1PodSpec.containers',
  'V1EndpointSlice.endpoints',
  'V1EndpointSlice.ports',
  'V1Endpoint.addresses',
  'V1ProjectedVolumeSource.sources',
  'V1NodeSelector.nodeSelectorTerms',
  'V1CustomResourceDefinitionSpec.versions',
]);

/** An object as Go would write it after reading it: only known fields, no nulls, no empty lists and maps. */
export function normal(object: Fields, model: Model): Fields {
  const out: Fields = {};
  for (const [name, value] of Object.entries(object)) {
    const type = model.fields.get(name);
    if (!type || value === null || value === undefined) continue;
    if (isEmpty(value, type) && !ALWAYS.has(`${model.name}.${name}`)) continue;
    out[name] = normalValue(value, type);
  }
  return out;
}

function isEmpty(value: unknown, type: Type): boolean {
  if (type.kind === 'list') return Array.isArray(value) && value.length === 0;
  return type.kind === 'map' && isFields(value) && Object.keys(value).length === 0;
}

function normalValue(value: unknown, type: Type): unknown {
  if (type.kind === 'list' && Array.isArray(value)) return value.map((item) => normalValue(item, type.of));
  if (type.kind === 'quantity' && typeof value === 'number') return quantity(value);
  if (!isFields(value)) return value;
  if (type.kind === 'map') {
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, normalValue(item, type.of)]));
  }
  const model = type.kind === 'model' ? findModel(type.model) : undefined;
  return model ? normal(value, model) : value;
}

/** Fractions are written in thousandths, as Kubernetes does. */
const quantity = (value: number): string => (Number.isInteger(value) ? String(value) : `${Math.ceil(value * 1000)}m`);

/** Paths of what `normal` leaves out because the kind has no such field: `spec.containers[0].foo`. */
export function unknownFields(object: Fields, model: Model, parent = ''): string[] {
  return Object.entries(object).flatMap(([name, value]) => {
    const path = parent ? `${parent}.${name}` : name;
    const type = model.fields.get(name);
    return type ? unknownIn(value, type, path) : [path];
  });
}

function unknownIn(value: unknown, type: Type, path: string): string[] {
  if (type.kind === 'list' && Array.isArray(value)) {
    return value.flatMap((item, index) => unknownIn(item, type.of, `${path}[${index}]`));
  }
  if (!isFields(value)) return [];
  if (type.kind === 'map') {
    return Object.entries(value).flatMap(([key, item]) => unknownIn(item, type.of, `${path}.${key}`));
  }
  const model = type.kind === 'model' ? findModel(type.model) : undefined;
  return model ? unknownFields(value, model, path) : [];
}
