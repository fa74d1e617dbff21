import { type Status } from '#libs/wire';
import { type Cause, type ResourceDef } from './types.js';

export type StatusBody = Status & { code: number };
type StatusDetails = NonNullable<Status['details']>;

/** A failure that the client gets as a metav1.Status. The message follows Kubernetes word for word. */
export class ApiError extends Error {
  readonly body: StatusBody;

  constructor(code: number, reason: string, message: string, details?: StatusDetails) {
    super(message);
    this.name = 'ApiError';
    this.body = failure(code, reason, message, details);
  }

  get code(): number {
    return this.body.code;
  }
}

export function failure(code: number, reason: string, message: string, details?: StatusDetails): StatusBody {
  return {
    kind: 'Status',
    apiVersion: 'v1',
    metadata: {},
    status: 'Failure',
    message,
    ...(reason ? { reason } : {}),
    ...(details ? { details } : {}),
    code,
  };
}

/** What names a resource in a message; a ResourceDef is one. */
export type Named = Pick<ResourceDef, 'group' | 'resource'>;

/** `deployments.apps`, `pods` */
const qualified = (def: Named): string => (def.group ? `${def.resource}.${def.group}` : def.resource);

const qualifiedKind = (def: Pick<ResourceDef, 'group' | 'kind'>): string =>
  def.group ? `${def.kind}.${def.group}` : def.kind;

const detailsOf = (def: Named, name: string): StatusDetails => ({
  ...(name ? { name } : {}),
  ...(def.group ? { group: def.group } : {}),
  kind: def.resource,
});

export const notFound = (def: Named, name: string): ApiError =>
  new ApiError(404, 'NotFound', `${qualified(def)} "${name}" not found`, detailsOf(def, name));

export const alreadyExists = (def: Named, name: string): ApiError =>
  new ApiError(409, 'AlreadyExists', `${qualified(def)} "${name}" already exists`, detailsOf(def, name));

export const conflict = (def: Named, name: string, why: string): ApiError =>
  new ApiError(
    409,
    'Conflict',
    `Operation cannot be fulfilled on ${qualified(def)} "${name}": ${why}`,
    detailsOf(def, name),
  );

export const modified = (def: Named, name: string): ApiError =>
  conflict(def, name, 'the object has been modified; please apply your changes to the latest version and try again');

export function forbidden(def: Named, name: string, why: string, causes?: StatusDetails['causes']): ApiError {
  const what = def.resource ? `${qualified(def)}${name ? ` ${quote(name)}` : ''} is forbidden` : 'forbidden';
  return new ApiError(403, 'Forbidden', `${what}: ${why}`, {
    ...(def.resource ? detailsOf(def, name) : {}),
    ...(causes ? { causes } : {}),
  });
}

/** 422; each cause is worded without its field, as in `details.causes`. */
export function invalid(def: Pick<ResourceDef, 'group' | 'kind'>, name: string, causes: Cause[]): ApiError {
  const unique = causes.filter((cause, index) => causes.findIndex((other) => sameCause(other, cause)) === index);
  const words = unique.map((cause) => `${cause.field}: ${cause.message}`);
  const text = words.length === 1 ? words.join() : `[${words.join(', ')}]`;
  return new ApiError(422, 'Invalid', `${qualifiedKind(def)} ${quote(name)} is invalid: ${text}`, {
    ...(name ? { name } : {}),
    ...(def.group ? { group: def.group } : {}),
    ...(def.kind ? { kind: def.kind } : {}),
    causes: unique,
  });
}

const sameCause = (a: Cause, b: Cause): boolean =>
  a.field === b.field && a.message === b.message && a.reason === b.reason;

export const badRequest = (message: string): ApiError => new ApiError(400, 'BadRequest', message);

export const unauthorized = (): ApiError => new ApiError(401, 'Unauthorized', 'Unauthorized');

export const methodNotAllowed = (): ApiError =>
  new ApiError(405, 'MethodNotAllowed', 'the server does not allow this method on the requested resource', {});

export const unknownResource = (): ApiError =>
  new ApiError(404, 'NotFound', 'the server could not find the requested resource', {});

export const expired = (message: string): ApiError => new ApiError(410, 'Expired', message);

export const unsupportedMedia = (accepted: string[]): ApiError =>
  new ApiError(
    415,
    'UnsupportedMediaType',
    `the body of the request was in an unknown format - accepted media types include: ${accepted.join(', ')}`,
  );

/** Go's %q for the strings that occur here. */
const quote = (text: string): string => JSON.stringify(text);

export const cause = {
  required: (field: string, detail = ''): Cause => ({
    reason: 'FieldValueRequired',
    message: `Required value${detail ? `: ${detail}` : ''}`,
    field,
  }),
  invalid: (field: string, value: unknown, detail: string): Cause => ({
    reason: 'FieldValueInvalid',
    message: `Invalid value: ${typeof value === 'string' ? quote(value) : shown(value)}: ${detail}`,
    field,
  }),
  forbidden: (field: string, detail: string): Cause => ({
    reason: 'FieldValueForbidden',
    message: `Forbidden: ${detail}`,
    field,
  }),
  unsupported: (field: string, value: unknown, valid: string[]): Cause => ({
    reason: 'FieldValueNotSupported',
    message: `Unsupported value: ${JSON.stringify(value)}: supported values: ${valid.map(quote).join(', ')}`,
    field,
  }),
  notFound: (field: string, value: unknown): Cause => ({
    reason: 'FieldValueNotFound',
    message: `Not found: ${JSON.stringify(value)}`,
    field,
  }),
  tooLong: (field: string, max: number): Cause => ({
    reason: 'FieldValueTooLong',
    message: `Too long: may not be more than ${max} bytes`,
    field,
  }),
  tooMany: (field: string, actual: number, max: number): Cause => ({
    reason: 'FieldValueTooMany',
    message: `Too many: ${actual}: must have at most ${max} item${max === 1 ? '' : 's'}`,
    field,
  }),
  duplicate: (field: string, value: unknown): Cause => ({
    reason: 'FieldValueDuplicate',
    message: `Duplicate value: ${JSON.stringify(value)}`,
    field,
  }),
};

const shown = (value: unknown): string => (value === undefined ? 'null' : JSON.stringify(value));
