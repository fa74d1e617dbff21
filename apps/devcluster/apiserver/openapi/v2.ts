/** What client-go asks /openapi/v2 for. */
export const V2_WANTED = 'application/com.github.proto-openapi.spec.v2@v1.0+protobuf';
/** What it is answered with. */
export const V2_TYPE = 'application/com.github.proto-openapi.spec.v2.v1.0+protobuf';

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
 * A document without definitions: kubectl asks for it where OpenAPI v3 does not name a kind (`kind: List`), takes this
 * form alone, and finds in it that there is nothing to check on its own side. The server checks everything anyway.
 */
export const OPENAPI_V2 = Buffer.concat([
  string(SWAGGER, '2.0'),
  field(INFO, Buffer.concat([string(TITLE, 'Kubernetes'), string(VERSION, 'unversioned')])),
]);
