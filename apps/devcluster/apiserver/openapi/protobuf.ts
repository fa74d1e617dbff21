import { type ServerResponse } from 'node:http';

/** What client-go asks /openapi/v2 for, and what it is answered with. */
const WANTED = 'application/com.github.proto-openapi.spec.v2@v1.0+protobuf';
const TYPE = 'application/com.github.proto-openapi.spec.v2.v1.0+protobuf';

/** Field numbers of gnostic's openapi.v2.Document and Info; all are length-delimited. */
const SWAGGER = 1;
const INFO = 2;
const TITLE = 1;
const VERSION = 2;

/** A length-delimited field of less than 128 bytes. */
const field = (number: number, content: Buffer): Buffer =>
  Buffer.concat([Buffer.from([(number << 3) | 2, content.length]), content]);
const string = (number: number, text: string): Buffer => field(number, Buffer.from(text));

/**
 * A document without definitions: kubectl takes this form alone, and finds in it that there is nothing to check on its
 * own side (it does so for lists and for kinds that it does not find in OpenAPI v3); the server checks everything anyway.
 */
export const OPENAPI_V2_PROTOBUF = Buffer.concat([
  string(SWAGGER, '2.0'),
  field(INFO, Buffer.concat([string(TITLE, 'Kubernetes'), string(VERSION, 'unversioned')])),
]);

/** Answers /openapi/v2 where only protobuf is accepted. False where JSON will do. */
export function sendProtobuf(res: ServerResponse, accept: string): boolean {
  if (!accept.includes(WANTED) || accept.includes('json')) return false;
  res.writeHead(200, { 'Content-Type': TYPE, 'Content-Length': OPENAPI_V2_PROTOBUF.length });
  res.end(OPENAPI_V2_PROTOBUF);
  return true;
}
