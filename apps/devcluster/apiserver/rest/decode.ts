import { parse } from 'yaml';
import { type Call } from '../context.js';
import { isFields } from '../fields.js';
import { decodeProtobuf, PROTOBUF } from '../protobuf/decode.js';
import { apiVersionOf } from '../registry.js';
import { badRequest, unsupportedMedia } from '../status.js';
import { type Fields, type KubeObject, type ResourceDef } from '../types.js';
import { shapeFault } from './shapes.js';

const JSON_TYPES = new Set(['', 'application/json', '*/*']);
const YAML_TYPES = new Set(['application/yaml', 'application/x-yaml', 'text/yaml', 'application/apply-patch+yaml']);

export const mediaType = (contentType: string): string => (contentType.split(';')[0] ?? '').trim().toLowerCase();

/**
 * The body as JSON or YAML says it.
 * @throws ApiError 400, 415
 */
export function decodeBody(call: Pick<Call, 'body' | 'contentType'>): unknown {
  const type = mediaType(call.contentType);
  if (type === PROTOBUF) return decodeProtobuf(call.body);
  const text = call.body.toString('utf8');
  if (YAML_TYPES.has(type)) return decodeYaml(text);
  if (!JSON_TYPES.has(type) && !type.endsWith('+json')) {
    throw unsupportedMedia(['application/json', 'application/yaml', 'application/vnd.kubernetes.protobuf']);
  }
  try {
    return JSON.parse(text) as unknown;
  } catch (error) {
    throw badRequest(`couldn't get version/kind; json parse error: ${(error as Error).message}`);
  }
}

function decodeYaml(text: string): unknown {
  try {
    return parse(text, { merge: true }) as unknown;
  } catch (error) {
    throw badRequest(`error decoding YAML: ${(error as Error).message}`);
  }
}

/**
 * The body as an object of this kind; apiVersion and kind may be left out, metadata is made.
 * @throws ApiError 400
 */
export function decodeObject(call: Call): KubeObject {
  const body = decodeBody(call);
  if (!isFields(body)) throw badRequest('the body of the request must be an object');
  return asObject(body, call.def);
}

export function asObject(body: Fields, def: ResourceDef): KubeObject {
  const apiVersion = body['apiVersion'] ?? apiVersionOf(def);
  const kind = body['kind'] ?? def.kind;
  if (typeof apiVersion !== 'string' || typeof kind !== 'string')
    throw badRequest('apiVersion and kind must be strings');
  if (apiVersion !== apiVersionOf(def) || kind !== def.kind) throw wrongKind(apiVersion, kind, def);
  const metadata = metadataOf(body['metadata'], kind, def);
  const plain = def.custom ? body : (withoutNulls(body) as Fields);
  const fault = shapeFault(plain, def);
  if (fault)
    throw badRequest(`${kind} in version ${JSON.stringify(def.version)} cannot be handled as a ${kind}: ${fault}`);
  return { ...plain, apiVersion, kind, metadata } as KubeObject;
}

/** Nulls say nothing in the built-in kinds. */
function withoutNulls(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutNulls);
  if (!isFields(value)) return value;
  const kept = Object.entries(value).filter(([, field]) => field !== null);
  return Object.fromEntries(kept.map(([key, field]) => [key, withoutNulls(field)]));
}

const isText = (value: unknown): boolean => typeof value === 'string';
const isTextMap = (value: unknown): boolean => isFields(value) && Object.values(value).every(isText);
const isTextList = (value: unknown): boolean => Array.isArray(value) && value.every(isText);
const isRecordList = (value: unknown): boolean => Array.isArray(value) && value.every(isFields);

/** What each part of the metadata must be, and how Go calls that. */
const SHAPES: Record<string, [test: (value: unknown) => boolean, type: string]> = {
  name: [isText, 'string'],
  generateName: [isText, 'string'],
  namespace: [isText, 'string'],
  uid: [isText, 'types.UID'],
  resourceVersion: [isText, 'string'],
  labels: [isTextMap, 'map[string]string'],
  annotations: [isTextMap, 'map[string]string'],
  finalizers: [isTextList, '[]string'],
  ownerReferences: [isRecordList, '[]v1.OwnerReference'],
  managedFields: [isRecordList, '[]v1.ManagedFieldsEntry'],
};

/** The metadata, without nulls; `ObjectMeta` is the same in every kind, so its shape is checked for all. */
function metadataOf(value: unknown, kind: string, def: ResourceDef): Fields {
  const metadata = withoutNulls(value ?? {});
  if (!isFields(metadata)) throw badRequest('metadata must be an object');
  for (const [field, [test, type]] of Object.entries(SHAPES)) {
    if (metadata[field] === undefined || test(metadata[field])) continue;
    throw badRequest(
      `${kind} in version ${JSON.stringify(def.version)} cannot be handled as a ${kind}: json: cannot unmarshal into Go ` +
        `struct field ObjectMeta.metadata.${field} of type ${type}`,
    );
  }
  return metadata;
}

function wrongKind(apiVersion: string, kind: string, def: ResourceDef): Error {
  if (apiVersion !== apiVersionOf(def)) {
    return badRequest(
      `the API version in the data (${apiVersion}) does not match the expected API version (${apiVersionOf(def)})`,
    );
  }
  if (def.custom) {
    return badRequest(`the kind in the data (${kind}) does not match the expected kind (${def.kind})`);
  }
  return badRequest(`${kind} in version ${JSON.stringify(def.version)} cannot be handled as a ${def.kind}: `);
}
