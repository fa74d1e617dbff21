import { isFields } from '../fields.js';
import { type Fields } from '../types.js';
import { findModel, type Model, type Type } from './model.js';

/**
 * The first value that its field cannot hold: `spec.replicas: expected int32, got string`. Undefined where all fit;
 * nulls fit everywhere.
 */
export function fault(object: Fields, model: Model, parent = ''): string | undefined {
  for (const [name, value] of Object.entries(object)) {
    const type = model.fields.get(name);
    const found = type && valueFault(value, type, parent ? `${parent}.${name}` : name);
    if (found !== undefined) return found;
  }
  return undefined;
}

function valueFault(value: unknown, type: Type, path: string): string | undefined {
  if (value === null || value === undefined) return undefined;
  if (!fits(value, type)) {
    const got = Array.isArray(value) ? 'list' : typeof value;
    return `${path}: expected ${expected(type)}, got ${got === 'object' || got === 'list' ? got : JSON.stringify(value)}`;
  }
  if (type.kind === 'list')
    return first(value as unknown[], (item, index) => valueFault(item, type.of, `${path}[${index}]`));
  if (type.kind === 'map') {
    return first(Object.entries(value), ([key, item]) => valueFault(item, type.of, `${path}.${key}`));
  }
  const model = type.kind === 'model' ? findModel(type.model) : undefined;
  return model && fault(value as Fields, model, path);
}

function first<T>(items: T[], find: (item: T, index: number) => string | undefined): string | undefined {
  for (const [index, item] of items.entries()) {
    const found = find(item, index);
    if (found !== undefined) return found;
  }
  return undefined;
}

const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;
const RFC_3339 = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)$/;
const QUANTITY = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[numkMGTPE]|[KMGTPE]i|[eE][+-]?\d+)?$/;

function fits(value: unknown, { kind }: Type): boolean {
  switch (kind) {
    case 'any':
      return true;
    case 'list':
      return Array.isArray(value);
    case 'map':
    case 'model':
      return isFields(value);
    case 'text':
      return typeof value === 'string';
    case 'bool':
      return typeof value === 'boolean';
    case 'number':
      return typeof value === 'number';
    case 'int32':
      return Number.isInteger(value) && Math.abs(value as number) <= 2 ** 31;
    case 'int64':
      return Number.isInteger(value);
    case 'intOrString':
      return typeof value === 'string' || Number.isInteger(value);
    case 'bytes':
      return typeof value === 'string' && BASE64.test(value.replace(/[\r\n]/g, ''));
    case 'time':
      return typeof value === 'string' && RFC_3339.test(value);
    case 'quantity':
      return typeof value === 'number' || (typeof value === 'string' && QUANTITY.test(value));
  }
}

const WORDS: Partial<Record<Type['kind'], string>> = {
  model: 'object',
  map: 'object',
  text: 'string',
  bytes: 'base64',
  time: 'an RFC 3339 time',
  intOrString: 'int32 or string',
};

const expected = ({ kind }: Type): string => WORDS[kind] ?? kind;
