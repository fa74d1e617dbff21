import { at, isFields } from '../fields.js';
import { type Fields, type ResourceDef } from '../types.js';

/** What is wrong with a value, in the words of Go's decoder; undefined when it fits. */
type Check = (value: unknown, field: string) => string | undefined;

const jsonType = (value: unknown): string => {
  if (Array.isArray(value)) return 'array';
  return typeof value === 'boolean' ? 'bool' : typeof value;
};

const mismatch = (value: unknown, field: string, type: string): string =>
  `json: cannot unmarshal ${jsonType(value)} into Go struct field ${field} of type ${type}`;

const mapOf =
  (type: string, each: Check): Check =>
  (value, field) => {
    if (!isFields(value)) return mismatch(value, field, type);
    return Object.values(value)
      .map((item) => each(item, field))
      .find((fault) => fault !== undefined);
  };

const text: Check = (value, field) => (typeof value === 'string' ? undefined : mismatch(value, field, 'string'));
const int32: Check = (value, field) => (Number.isInteger(value) ? undefined : mismatch(value, field, 'int32'));

const base64: Check = (value, field) => {
  if (typeof value !== 'string') return mismatch(value, field, '[]uint8');
  const plain = value.replace(/[\r\n]/g, '');
  const good = /^[A-Za-z0-9+/]*/.exec(plain)![0].length;
  const padding = plain.slice(good);
  const complete = plain.length % 4 === 0 && ['', '=', '=='].includes(padding);
  return complete ? undefined : `illegal base64 data at input byte ${good}`;
};

const TEXTS = mapOf('map[string]string', text);
const BYTES = mapOf('map[string][]uint8', base64);

/** By kind: the fields that are read without another check, where a wrong type would do harm later. */
const KINDS: Record<string, Record<string, Check>> = {
  Secret: { data: BYTES, stringData: TEXTS, type: text },
  ConfigMap: { data: TEXTS, binaryData: BYTES },
  Deployment: { 'spec.replicas': int32, 'spec.selector.matchLabels': TEXTS },
  ReplicaSet: { 'spec.replicas': int32, 'spec.selector.matchLabels': TEXTS },
  Service: { 'spec.selector': TEXTS, 'spec.externalName': text },
  Lease: { 'spec.leaseDurationSeconds': int32, 'spec.holderIdentity': text },
};

/** The first field of a built-in kind that Go could not decode; undefined when all can be. */
export function shapeFault(object: Fields, def: ResourceDef): string | undefined {
  if (def.custom) return undefined;
  for (const [path, check] of Object.entries(KINDS[def.kind] ?? {})) {
    const value = at(object, ...path.split('.'));
    const fault = value === undefined ? undefined : check(value, `${def.kind}.${path}`);
    if (fault !== undefined) return fault;
  }
  return undefined;
}
