import { ensure, textOf } from '../fields.js';
import { badRequest, unsupportedMedia } from '../status.js';
import { type Fields } from '../types.js';
import { messages } from './messages.js';
import { type WireField, wireFields } from './wire.js';

export const PROTOBUF = 'application/vnd.kubernetes.protobuf';

const MAGIC = Buffer.from('k8s\0');

interface Field {
  name: string;
  type: string;
  shape: 'one' | 'list' | 'map';
  keepZero: boolean;
}

const tables = new Map<string, Map<number, Field>>();

function tableOf(message: string): Map<number, Field> {
  let table = tables.get(message);
  if (!table) {
    table = new Map((messages[message] ?? '').split(' ').filter(Boolean).map(fieldOf));
    tables.set(message, table);
  }
  return table;
}

function fieldOf(text: string): [number, Field] {
  const [, name = '', number = '', type = ''] = /^(\w+)=(\d+)(?::(.*))?$/.exec(text) ?? [];
  const shape = type.startsWith('[') ? 'list' : type.startsWith('{') ? 'map' : 'one';
  return [Number(number), { name, shape, type: type.replace(/[[\]{}!]/g, ''), keepZero: type.endsWith('!') }];
}

/**
 * An object in the envelope that Kubernetes puts around protobuf, as the JSON form would say it.
 * @throws ApiError 400 for what cannot be read, 415 for kinds that are not known in this form
 */
export function decodeProtobuf(body: Buffer): Fields {
  if (!body.subarray(0, 4).equals(MAGIC)) throw badRequest('provided data does not appear to be a protobuf message');
  try {
    return decodeEnvelope(body.subarray(4));
  } catch (error) {
    if (error instanceof RangeError) throw badRequest(`unable to decode the protobuf message: ${error.message}`);
    throw error;
  }
}

function decodeEnvelope(body: Buffer): Fields {
  const meta: Fields = {};
  let raw: Buffer = Buffer.alloc(0);
  for (const { number, bytes } of wireFields(body)) {
    if (number === 2) raw = bytes;
    if (number !== 1) continue;
    for (const field of wireFields(bytes)) meta[field.number === 1 ? 'apiVersion' : 'kind'] = field.bytes.toString();
  }
  const kind = textOf(meta['kind']);
  if (!Object.hasOwn(messages, kind)) throw unsupportedMedia(['application/json', 'application/yaml']);
  return { ...meta, ...decodeMessage(raw, kind) };
}

function decodeMessage(data: Buffer, message: string): Fields {
  const out: Fields = {};
  const table = tableOf(message);
  for (const wire of wireFields(data)) {
    const field = table.get(wire.number);
    if (!field) continue;
    if (field.shape === 'map') Object.assign(ensure(out, field.name), entryOf(wire.bytes, field));
    else if (field.shape === 'list')
      out[field.name] = [...((out[field.name] as unknown[]) ?? []), valueOf(wire, field)];
    else setOne(out, field, valueOf(wire, field));
  }
  return out;
}

function setOne(out: Fields, field: Field, value: unknown): void {
  if (value !== undefined && (field.keepZero || (value !== '' && value !== 0 && value !== false))) {
    out[field.name] = value;
  }
}

function entryOf(bytes: Buffer, field: Field): Fields {
  let key = '';
  let value: unknown = valueOf({ number: 2, value: 0n, bytes: Buffer.alloc(0) }, field);
  for (const wire of wireFields(bytes)) {
    if (wire.number === 1) key = wire.bytes.toString();
    else if (wire.number === 2) value = valueOf(wire, field);
  }
  return { [key]: value };
}

function valueOf(wire: WireField, { type }: Field): unknown {
  switch (type) {
    case '':
      return wire.bytes.toString();
    case 'int':
      return Number(wire.value);
    case 'bool':
      return wire.value !== 0n;
    case 'bytes':
      return wire.bytes.toString('base64');
    case 'ExtraValue':
      return [...wireFields(wire.bytes)].map(({ bytes }) => bytes.toString());
    default:
      return decodeMessage(wire.bytes, type);
  }
}
