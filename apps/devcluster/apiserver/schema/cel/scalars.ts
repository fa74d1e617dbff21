import { toDuration } from './duration.js';
import { type JsonSchema } from '../json-schema.js';
import { parseGoDuration } from '../duration.js';
import { type Declared } from './declared.js';

const asIs = (value: unknown): unknown => value;

const FORMATS: Record<string, Declared> = {
  byte: { type: 'bytes', convert: (v) => new Uint8Array(Buffer.from(String(v), 'base64')) },
  duration: { type: 'google.protobuf.Duration', convert: (v) => toDuration(parseGoDuration(String(v)) ?? 0n) },
  date: { type: 'google.protobuf.Timestamp', convert: (v) => new Date(`${String(v)}T00:00:00Z`) },
  'date-time': { type: 'google.protobuf.Timestamp', convert: (v) => new Date(String(v)) },
};

const TYPES: Record<string, Declared> = {
  boolean: { type: 'bool', convert: asIs },
  number: { type: 'double', convert: asIs },
  // The library's integers are BigInt; what is no integer never gets here (values are checked first).
  integer: { type: 'int', convert: (v) => (Number.isInteger(v) ? BigInt(v as number) : v) },
  string: { type: 'string', convert: asIs },
};

/** Strings, numbers and booleans; strings of some formats have CEL types of their own. */
export function scalar(schema: JsonSchema): Declared | undefined {
  const format = schema.type === 'string' && schema.format ? FORMATS[schema.format] : undefined;
  return format ?? TYPES[schema.type ?? ''];
}
