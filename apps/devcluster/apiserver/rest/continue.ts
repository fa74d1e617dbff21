import { type ApiError, badRequest, expired } from '../status.js';

const VERSION = 'meta.k8s.io/v1';

/** Where a list goes on: at the first key from `start` on, as things were at `revision` (-1: as they are now). */
export interface Position {
  revision: number;
  /** `name` or `namespace/name`, as the list's keys are. */
  start: string;
}

/** The opaque token of a list's metadata. Its form is that of kube-apiserver (apiserver/pkg/storage/continue.go). */
export const encodeContinue = ({ revision, start }: Position): string =>
  Buffer.from(JSON.stringify({ v: VERSION, rv: revision, start })).toString('base64url');

/** @throws ApiError 400 for what is no token */
export function decodeContinue(token: string): Position {
  const wrong = (why: string): ApiError => badRequest(`invalid continue token: continue key is not valid${why}`);
  const bad = /[^A-Za-z0-9_-]/.exec(token);
  if (bad || token.length % 4 === 1)
    throw wrong(`: illegal base64 data at input byte ${bad?.index ?? token.length - 1}`);
  const { v, rv, start } = parsed(Buffer.from(token, 'base64url'), wrong);
  if (v !== VERSION) throw wrong(`: server does not recognize this encoded version ${typeof v === 'string' ? v : ''}`);
  if (typeof rv !== 'number' || rv === 0) {
    throw wrong(`: incorrect encoded start resourceVersion (version ${VERSION})`);
  }
  if (typeof start !== 'string' || start === '') throw wrong(`: encoded start key empty (version ${VERSION})`);
  return { revision: rv, start };
}

function parsed(bytes: Buffer, wrong: (why: string) => ApiError): { v?: unknown; rv?: unknown; start?: unknown } {
  try {
    return JSON.parse(bytes.toString('utf8')) as object;
  } catch {
    throw wrong(`: ${firstFault(bytes)}`);
  }
}

/** Go reads bytes: it names the first one that begins no value. */
function firstFault(bytes: Buffer): string {
  const first = bytes[0];
  if (first === undefined) return 'unexpected end of JSON input';
  const shown = first > 0x7e ? `\\u00${first.toString(16)}` : String.fromCharCode(first);
  return `invalid character '${shown}' looking for beginning of value`;
}

const INCONSISTENT =
  'The provided continue parameter is too old to display a consistent list result. You can start a new list without ' +
  'the continue parameter, or use the continue token in this response to retrieve the remainder of the results. ' +
  'Continuing with the provided token results in an inconsistent list - objects that were created, modified, or ' +
  'deleted between the time the first chunk was returned and now may show up in the list.';

/** The 410 of a token whose state is gone, with one that goes on in the present state. */
export function continueExpired({ start }: Position): ApiError {
  const error = expired(INCONSISTENT);
  error.body.metadata = { continue: encodeContinue({ revision: -1, start }) };
  return error;
}
