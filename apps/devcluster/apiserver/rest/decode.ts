import { parse } from 'yaml';
import { type Call } from '../context.js';
import { metadataFault } from '../builtin/fields.js';
import { isFields } from '../fields.js';
import { decodeProtobuf, PROTOBUF } from '../protobuf/decode.js';
import { apiVersionOf } from '../registry.js';
import { badRequest, unsupportedMedia } from '../status.js';
import { type Fields, type KubeObject, type ResourceDef } from '../types.js';
import { isJson, isYaml, mediaType } from './media-type.js';

/**
 * The body as JSON, YAML or protobuf says it.
 * @throws ApiError 400, 415
 */
export function decodeBody({ body, contentType }: Pick<Call, 'body' | 'contentType'>): unknown {
  if (mediaType(contentType) === PROTOBUF) return decodeProtobuf(body);
  const yaml = isYaml(contentType);
  if (!yaml && !isJson(contentType)) throw unsupportedMedia(['application/json', 'application/yaml', PROTOBUF]);
  const text = body.toString('utf8');
  try {
    return yaml ? (parse(text, { merge: true }) as unknown) : (JSON.parse(text) as unknown);
  } catch (error) {
    throw badRequest(`error decoding ${yaml ? 'YAML' : 'JSON'}: ${(error as Error).message}`);
  }
}

/**
 * The body as an object of this kind; apiVersion and kind may be left out, metadata is made.
 * @throws ApiError 400
 */
export function decodeObject(call: Call): KubeObject {
  return asObject(decodeBody(call), call.def);
}

/**
 * A value as an object of this kind.
 * @throws ApiError 400 for another kind, and for a field that cannot hold its value
 */
export function asObject(body: unknown, def: ResourceDef): KubeObject {
  if (!isFields(body)) throw cannotBeHandled(def, 'it must be an object');
  const apiVersion = body['apiVersion'] ?? apiVersionOf(def);
  const kind = body['kind'] ?? def.kind;
  if (apiVersion !== apiVersionOf(def) || kind !== def.kind) {
    throw cannotBeHandled(def, `it says apiVersion ${JSON.stringify(apiVersion)}, kind ${JSON.stringify(kind)}`);
  }
  const metadata = withoutNulls(body['metadata'] ?? {});
  const fault = def.fields ? def.fields.fault(body) : metadataFault(metadata);
  if (fault !== undefined) throw cannotBeHandled(def, fault);
  const plain = def.custom ? body : (withoutNulls(body) as Fields);
  return {
    ...plain,
    apiVersion,
    kind,
    metadata: def.custom ? metadata : withoutEmpty(metadata as Fields),
  } as KubeObject;
}

/** 400: the object in a request is not of this kind. */
export const cannotBeHandled = ({ kind, version }: ResourceDef, fault: string): Error =>
  badRequest(`${kind} in version ${JSON.stringify(version)} cannot be handled as a ${kind}: ${fault}`);

/** Nulls say nothing in the built-in kinds. */
function withoutNulls(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutNulls);
  if (!isFields(value)) return value;
  const kept = Object.entries(value).filter(([, field]) => field !== null);
  return Object.fromEntries(kept.map(([key, field]) => [key, withoutNulls(field)]));
}

/** What Go leaves out when it writes the metadata of a built-in kind. */
const withoutEmpty = (metadata: Fields): Fields =>
  Object.fromEntries(
    Object.entries(metadata).filter(([, value]) => typeof value !== 'object' || Object.keys(value ?? {}).length > 0),
  );

/** @throws ApiError 400 where the object names another than the URL, or none */
export function checkName({ name }: Call, { metadata }: KubeObject): void {
  if (metadata.name === name) return;
  throw badRequest(`the name of the object (${metadata.name ?? ''}) does not match the name on the URL (${name})`);
}
