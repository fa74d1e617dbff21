import { parse } from 'yaml';
import { type Call } from '../context.js';
import { metadataFault } from '../builtin/fields.js';
import { at, isFields, textOf } from '../fields.js';
import { decodeProtobuf, PROTOBUF } from '../protobuf/decode.js';
import { apiVersionOf } from '../registry.js';
import { badRequest, cause, invalid, unregistered, unsupportedMedia } from '../status.js';
import { type Fields, type KubeObject, type ResourceDef } from '../types.js';
import { isJson, isYaml, mediaType } from './media-type.js';

/**
 * The body as JSON or YAML says it. `refuse` makes the error of JSON that is none.
 * @throws ApiError 400, 415
 */
export function decodeBody(
  call: Pick<Call, 'body' | 'contentType' | 'def'>,
  refuse: (why: string) => Error = (why) => unreadable(call.def, call.body.toString('utf8'), why),
): unknown {
  if (mediaType(call.contentType) === PROTOBUF) return decodeProtobuf(call.body);
  const text = call.body.toString('utf8');
  if (isYaml(call.contentType)) return decodeYaml(text);
  if (!isJson(call.contentType)) {
    throw unsupportedMedia(['application/json', 'application/yaml', 'application/vnd.kubernetes.protobuf']);
  }
  try {
    return JSON.parse(text) as unknown;
  } catch (error) {
    throw refuse(goFault(text, error as Error));
  }
}

const SHOWN = 30;

/** A body in which not even the kind can be read. */
function unreadable({ kind }: ResourceDef, text: string, why: string): Error {
  const start = Buffer.from(text).subarray(0, SHOWN);
  const more = start.length < Buffer.byteLength(text) ? ' ...' : '';
  const shown = text === '' ? '<empty>' : start.toString(text.startsWith('{') ? 'utf8' : 'hex') + more;
  const message = `couldn't get version/kind; json parse error: ${why}`;
  return badRequest(`the object provided is unrecognized (must be of type ${kind}): ${message} (${shown})`);
}

/** What is wrong with a JSON text, as far as it can be told in Go's words. */
function goFault(text: string, { message }: Error): string {
  if (/end of JSON input|Unterminated|Expected .* (?:in JSON )?at position/.test(message) && ended(text, message)) {
    return 'unexpected end of JSON input';
  }
  const at = Number(/at position (\d+)/.exec(message)?.[1] ?? 0);
  return `invalid character '${text[at] ?? ''}' looking for beginning of value`;
}

const ended = (text: string, message: string): boolean =>
  Number(/at position (\d+)/.exec(message)?.[1] ?? text.length) >= text.trimEnd().length;

function decodeYaml(text: string): unknown {
  try {
    return parse(text, { merge: true, uniqueKeys: false }) as unknown;
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
  if (!isFields(body)) throw unreadable(call.def, call.body.toString('utf8'), noObject(body));
  return asObject(body, call.def);
}

const noObject = (body: unknown): string =>
  `json: cannot unmarshal ${Array.isArray(body) ? 'array' : typeof body} into Go value of type struct ` +
  `{ APIVersion string "json:\\"apiVersion,omitempty\\""; Kind string "json:\\"kind,omitempty\\"" }`;

/**
 * A value as an object of this kind.
 * @param refuse makes the error of a value that Go could not decode
 */
export function asObject(
  body: Fields,
  def: ResourceDef,
  refuse: (fault: string) => Error = (fault) => cannotBeHandled(def, fault),
): KubeObject {
  const apiVersion = body['apiVersion'] ?? apiVersionOf(def);
  const kind = body['kind'] ?? def.kind;
  if (typeof apiVersion !== 'string' || typeof kind !== 'string')
    throw badRequest('apiVersion and kind must be strings');
  if (apiVersion !== apiVersionOf(def) || kind !== def.kind) {
    throw wrongKind(apiVersion, kind, textOf(at(body, 'metadata', 'name')), def);
  }
  const metadata = withoutNulls(body['metadata'] ?? {});
  const fault = def.fields ? def.fields.fault(body) : metadataFault(metadata);
  if (fault !== undefined) throw refuse(fault);
  const plain = def.custom ? body : (withoutNulls(body) as Fields);
  return {
    ...plain,
    apiVersion,
    kind,
    metadata: def.custom ? metadata : withoutEmpty(metadata as Fields),
  } as KubeObject;
}

/** 400: the object of a request that Go could not decode. */
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

/** 422: a custom object of another kind than its resource has. */
export const otherKind = (def: ResourceDef, kind: string, name: string): Error =>
  invalid({ group: def.group, kind }, name, [cause.invalid('kind', kind, `must be ${def.kind}`)]);

function wrongKind(apiVersion: string, kind: string, name: string, def: ResourceDef): Error {
  if (!def.custom && apiVersion !== apiVersionOf(def)) {
    const version = JSON.stringify(apiVersion.slice(apiVersion.lastIndexOf('/') + 1));
    return badRequest(
      `${kind} in version ${version} cannot be handled as a ${def.kind}: ${unregistered(kind, apiVersion)}`,
    );
  }
  if (apiVersion !== apiVersionOf(def)) {
    return badRequest(
      `the API version in the data (${apiVersion}) does not match the expected API version (${apiVersionOf(def)})`,
    );
  }
  if (def.custom) return otherKind(def, kind, name);
  return badRequest(
    `${kind} in version ${JSON.stringify(def.version)} cannot be handled as a ${def.kind}: converting ` +
      `(${def.version}.${kind}) to (${def.group.split('.')[0] || 'core'}.${def.kind}): unknown conversion`,
  );
}

/** @throws ApiError 400 where the object names another than the URL */
export function checkName({ name }: Call, { metadata }: KubeObject): void {
  if (metadata.name === name) return;
  throw badRequest(`the name of the object (${metadata.name}) does not match the name on the URL (${name})`);
}

/** Of a PUT, whose object must be named. @throws ApiError 400 */
export function checkNamed(call: Call, object: KubeObject): void {
  if (!object.metadata.name) {
    throw badRequest(`the name of the object (${call.name} based on URL) was undeterminable: name must be provided`);
  }
  checkName(call, object);
}
