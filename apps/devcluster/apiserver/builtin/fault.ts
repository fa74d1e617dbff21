import { isFields } from '../fields.js';
import { type Fields } from '../types.js';
import { findModel, goName, type Model, type Type } from './model.js';

/** Where a value stands: the innermost Go struct and the path of fields from the root, as Go names them in its errors. */
interface Place {
  struct: string;
  path: string;
}

const jsonType = (value: unknown): string => {
  if (Array.isArray(value)) return 'array';
  return typeof value === 'boolean' ? 'bool' : typeof value;
};

const mismatch = (value: unknown, { struct, path }: Place, type: string): string =>
  `json: cannot unmarshal ${jsonType(value)} into Go struct field ${struct}.${path} of type ${type}`;

/** The first value that Go's decoder would refuse, in its words; undefined where all fit. Nulls fit everywhere. */
export function fault(object: Fields, model: Model, parent = ''): string | undefined {
  for (const [name, value] of Object.entries(object)) {
    const type = model.fields.get(name);
    if (!type || value === null || value === undefined) continue;
    const place = { struct: model.goName, path: parent ? `${parent}.${name}` : name };
    const found = valueFault(value, type, place);
    if (found !== undefined) return found;
  }
  return undefined;
}

function valueFault(value: unknown, type: Type, place: Place): string | undefined {
  if (value === null) return undefined;
  switch (type.kind) {
    case 'any':
      return undefined;
    case 'list':
      return Array.isArray(value) ? each(value, type.of, place) : mismatch(value, place, goType(type));
    case 'map':
      return isFields(value) ? each(Object.values(value), type.of, place) : mismatch(value, place, goType(type));
    case 'model': {
      const model = findModel(type.model);
      if (!isFields(value)) return mismatch(value, place, goType(type));
      return model && fault(value, model, place.path);
    }
    default:
      return scalarFault(value, type, place);
  }
}

function each(values: unknown[], type: Type, place: Place): string | undefined {
  for (const value of values) {
    const found = valueFault(value, type, place);
    if (found !== undefined) return found;
  }
  return undefined;
}

function scalarFault(value: unknown, type: Type, place: Place): string | undefined {
  switch (type.kind) {
    case 'text':
      return typeof value === 'string' ? undefined : mismatch(value, place, goType(type));
    case 'bool':
      return typeof value === 'boolean' ? undefined : mismatch(value, place, 'bool');
    case 'int32':
    case 'int64':
      return numberFault(value, type.kind, place);
    case 'number':
      return typeof value === 'number' ? undefined : mismatch(value, place, 'float64');
    case 'bytes':
      return typeof value === 'string' ? base64Fault(value) : mismatch(value, place, '[]uint8');
    case 'time':
      return timeFault(value, '');
    case 'microTime':
      return timeFault(value, '.000000');
    case 'quantity':
      return quantityFault(value);
    case 'intOrString':
      return typeof value === 'string' ? undefined : numberFault(value, 'int32', place);
    default:
      return undefined;
  }
}

function numberFault(value: unknown, type: 'int32' | 'int64', place: Place): string | undefined {
  if (typeof value !== 'number') return mismatch(value, place, type);
  const fits = type === 'int64' || Math.abs(value) <= 2 ** 31;
  if (Number.isInteger(value) && fits) return undefined;
  return `json: cannot unmarshal number ${value} into Go struct field ${place.struct}.${place.path} of type ${type}`;
}

function base64Fault(value: string): string | undefined {
  const plain = value.replace(/[\r\n]/g, '');
  const good = /^[A-Za-z0-9+/]*/.exec(plain)![0].length;
  const complete = plain.length % 4 === 0 && ['', '=', '=='].includes(plain.slice(good));
  return complete ? undefined : `illegal base64 data at input byte ${good}`;
}

const MICRO = /\.\d{6}(?:Z|[+-]\d\d:\d\d)$/;
const MICRO_LAYOUT = '2006-01-02T15:04:05.000000Z07:00';
const RFC_3339 = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)$/;

function timeFault(value: unknown, fraction: string): string | undefined {
  const good = typeof value === 'string' && RFC_3339.test(value);
  if (good && (!fraction || MICRO.test(value))) return undefined;
  if (good) return `parsing time ${JSON.stringify(value)} as "${MICRO_LAYOUT}": cannot parse "Z" as ".000000"`;
  if (typeof value !== 'string') return `json: cannot unmarshal ${jsonType(value)} into Go value of type string`;
  const quoted = JSON.stringify(value);
  return `parsing time ${quoted} as "2006-01-02T15:04:05${fraction}Z07:00": cannot parse ${quoted} as "2006"`;
}

const QUANTITY = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[numkMGTPE]|[KMGTPE]i|[eE][+-]?\d+)?$/;

function quantityFault(value: unknown): string | undefined {
  if (typeof value === 'number') return undefined;
  if (typeof value === 'string' && QUANTITY.test(value)) return undefined;
  return "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'";
}

/** `[]v1.Container`, `map[string]string` */
function goType(type: Type): string {
  switch (type.kind) {
    case 'list':
      return `[]${goType(type.of)}`;
    case 'map':
      return `map[string]${goType(type.of)}`;
    case 'model':
      return `v1.${goName(type.model)}`;
    case 'text':
      return type.goType ?? 'string';
    case 'bytes':
      return '[]uint8';
    case 'quantity':
      return 'resource.Quantity';
    default:
      return type.kind;
  }
}
